#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Peers of the tests of TLSOCK_UPGRADE that make TLS by Python's ssl module.

    starttls_peer.py serve FILE   SMTP-like server on a port of its own, written
                                  to FILE; "220", STARTTLS, "220", then TLS
    starttls_peer.py mail PORT    smtplib: EHLO, STARTTLS, EHLO, NOOP, QUIT
    starttls_peer.py inject PORT  a command in the segment of STARTTLS, as the
                                  attacker of CVE-2011-0411 sends it
"""

import os
import smtplib
import socket
import ssl
import sys

PKI = "/etc/tlsock/pki"


def serve(path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{PKI}/server.pem", f"{PKI}/server.key")
    listener = socket.create_server(("127.0.0.1", 0))
    with open(f"{path}.new", "w", encoding="ascii") as file:
        file.write(f"{listener.getsockname()[1]}\n")
    os.rename(f"{path}.new", path)
    while True:
        connection, _ = listener.accept()
        connection.settimeout(20)
        try:
            connection.sendall(b"220 peer\r\n")
            connection.recv(100)
            connection.sendall(b"220 go ahead\r\n")
            with context.wrap_socket(connection, server_side=True) as secure:
                secure.sendall(b"250 heard " + secure.recv(100))
                secure.unwrap()
        except OSError:  # SSLError is one
            pass


def mail(port):
    context = ssl.create_default_context(cafile=f"{PKI}/ca.pem")
    with smtplib.SMTP("localhost", int(port), timeout=20) as smtp:
        smtp._host = "web.test"  # the name to check; there is no public way
        smtp.starttls(context=context)
        smtp.ehlo()
        print("starttls offered again:", smtp.has_extn("starttls"))
        print(smtp.docmd("MARKER"))


def inject(port):
    with socket.create_connection(("localhost", int(port)), timeout=20) as connection:
        connection.recv(100)
        connection.sendall(b"STARTTLS\r\nEVIL\r\n")
        answers = b""
        try:
            while data := connection.recv(100):
                answers += data
        except ConnectionResetError:
            answers += b"(reset)"
        print(answers)


if __name__ == "__main__":
    {"serve": serve, "mail": mail, "inject": inject}[sys.argv[1]](sys.argv[2])
