# SPDX-License-Identifier: GPL-2.0-or-later
"""Certificates made of der.py's pieces and signed by openssl(1)."""

import base64
import datetime
import hashlib
import os
import subprocess

import der

NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0, tzinfo=None)
DAY = datetime.timedelta(days=1)
# A day in the past lets a machine whose clock runs late use them.
START, END = NOW - 2 * DAY, NOW + 3650 * DAY
LONG_AGO, YESTERDAY, LATER = NOW - 60 * DAY, NOW - 1 * DAY, NOW + 3000 * DAY

KEYS = {
    "ec": ("EC", "ec_paramgen_curve:P-256"),
    "ec-2": ("EC", "ec_paramgen_curve:P-256"),
    "ec-3": ("EC", "ec_paramgen_curve:P-256"),
    "p224": ("EC", "ec_paramgen_curve:P-224"),
    "p192": ("EC", "ec_paramgen_curve:P-192"),
    "p384": ("EC", "ec_paramgen_curve:P-384"),
    "p521": ("EC", "ec_paramgen_curve:P-521"),
    "rsa": ("RSA", "rsa_keygen_bits:2048"),
    "rsa1024": ("RSA", "rsa_keygen_bits:1024"),
    "pss": ("RSA-PSS", "rsa_keygen_bits:2048"),
    "ed25519": ("ED25519", None),
}

HASHES = {
    "md5": "1.2.840.113549.2.5",
    "sha1": "1.3.14.3.2.26",
    "sha256": "2.16.840.1.101.3.4.2.1",
}
WITH_RSA = {"md5": 4, "sha1": 5, "sha256": 11, "sha384": 12, "sha512": 13}
WITH_EC = {"sha1": "1.2.840.10045.4.1", "sha256": "1.2.840.10045.4.3.2",
           "sha384": "1.2.840.10045.4.3.3", "sha512": "1.2.840.10045.4.3.4"}


def openssl(*args, data=None):
    done = subprocess.run(["openssl", *args], input=data, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(f"openssl {' '.join(args)}: {done.stderr.decode()}")
    return done.stdout


class Key:
    """A private key in a file, and what signatures by it are called."""

    def __init__(self, kind, path):
        algorithm, option = KEYS[kind]
        self.kind, self.path = kind, path
        self.rsa = algorithm.startswith("RSA")
        openssl("genpkey", "-algorithm", algorithm, *(["-pkeyopt", option] if option else []),
                "-out", path)
        self.public = openssl("pkey", "-in", path, "-pubout", "-outform", "DER")

    def algorithm(self, digest):
        if self.kind == "ed25519":
            return der.sequence(der.oid("1.3.101.112"))
        if digest.endswith("-pss"):
            digest = digest[:-4]
            this = der.sequence(der.oid(HASHES[digest]), der.der(der.NULL))
            mask = der.sequence(der.oid("1.2.840.113549.1.1.8"), this)
            return der.sequence(der.oid("1.2.840.113549.1.1.10"), der.sequence(
                der.der(0xa0, this), der.der(0xa1, mask), der.der(0xa2, der.integer(32))))
        if self.rsa:
            return der.sequence(der.oid(f"1.2.840.113549.1.1.{WITH_RSA[digest]}"),
                                der.der(der.NULL))
        return der.sequence(der.oid(WITH_EC[digest]))

    def sign(self, data, digest):
        if self.kind == "ed25519":
            # before OpenSSL 3.5 it does not read this from a pipe
            with open(f"{self.path}.data", "wb") as file:
                file.write(data)
            signature = openssl("pkeyutl", "-sign", "-inkey", self.path, "-rawin", "-in", file.name)
            os.unlink(file.name)
            return signature
        options = []
        if digest.endswith("-pss"):
            digest = digest[:-4]
            options = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"]
        return openssl("dgst", f"-{digest}", "-sign", self.path, *options, data=data)


class Cert:
    """A certificate: subject, key, who signs (None: itself), extensions in DER."""

    keys = {}
    serial = 0x1000

    @classmethod
    def key(cls, kind):
        if kind not in cls.keys:
            cls.keys[kind] = Key(kind, f"{kind}.key")
        return cls.keys[kind]

    def __init__(self, subject, kind="ec", issuer=None, extensions=(), **more):
        self.subject = der.name(subject) if isinstance(subject, str) else subject
        self.own = self.key(kind)
        self.issuer = issuer or self
        Cert.serial += 1
        self.number = Cert.serial
        signer = self.key(more["signed_by"]) if "signed_by" in more else self.issuer.own
        digest = more.get("digest") or ("sha256-pss" if signer.kind == "pss" else "sha256")
        start, end = more.get("start", START), more.get("end", END)
        valid = more.get("validity") or der.sequence(der.time(start), der.time(end))
        listed = list(extensions)
        if more.get("ids", listed):
            listed += self.identifiers()
        version = more.get("version", 3)
        body = der.sequence(
            der.der(0xa0, der.integer(version - 1)) if version > 1 else b"",
            der.integer(self.number), signer.algorithm(more.get("claimed") or digest),
            self.issuer.subject, valid, self.subject, self.own.public,
            der.der(0xa3, der.sequence(*listed)) if listed else b"")
        signature = signer.sign(body, digest)
        if more.get("spoil"):
            signature = signature[:-1] + bytes([signature[-1] ^ 1])
        self.der = der.sequence(body, signer.algorithm(digest),
                                der.der(der.BIT_STRING, b"\0", signature))

    def key_id(self):
        return hashlib.sha1(self.subject + self.own.public, usedforsecurity=False).digest()

    def identifiers(self):
        mine = der.extension("2.5.29.14", der.der(der.OCTET_STRING, self.key_id()))
        theirs = der.der(0x80, self.issuer.key_id())
        return [mine, der.extension("2.5.29.35", der.sequence(theirs))]

    def pem(self):
        return armour("CERTIFICATE", self.der)


class RevocationList:
    """A list of an issuer's certificates that are revoked (RFC 5280 section 5)."""

    def __init__(self, issuer, revoked=(), **more):
        signer = Cert.key(more["signed_by"]) if "signed_by" in more else issuer.own
        algorithm = signer.algorithm("sha256")
        start, end = more.get("start", START), more.get("end", END)
        entries = [der.sequence(der.integer(cert.number), der.time(start)) for cert in revoked]
        key_id = der.sequence(der.der(0x80, issuer.key_id()))
        extensions = [der.extension("2.5.29.35", key_id),
                      der.extension("2.5.29.20", der.integer(1)), *more.get("extensions", ())]
        body = der.sequence(
            der.integer(1), algorithm, issuer.subject, der.time(start), der.time(end),
            der.sequence(*entries) if entries else b"",
            der.der(0xa0, der.sequence(*extensions)))
        signature = signer.sign(body, "sha256")
        self.der = der.sequence(body, algorithm, der.der(der.BIT_STRING, b"\0", signature))

    def pem(self):
        return armour("X509 CRL", self.der)


def key_bits(public):
    """What stands in the BIT STRING of a SubjectPublicKeyInfo."""
    at = 0
    for skip in (False, True, False):
        length, at = public[at + 1], at + 2
        if length & 0x80:
            length, at = int.from_bytes(public[at:at + (length & 0x7f)], "big"), \
                at + (length & 0x7f)
        at += length if skip else 0
    return public[at + 1:]


def sha1(data):
    return hashlib.sha1(data, usedforsecurity=False).digest()


class OcspResponse:
    """What a responder says of certificates of one issuer (RFC 6960 section 4.2)."""

    STATUS = {"good": der.der(0x80), "unknown": der.der(0x82)}

    def __init__(self, *certs, issuer, **more):
        self.issuer, self.more = issuer, more
        signer = more.get("signer", issuer)
        responder = der.der(0xa2, der.der(der.OCTET_STRING, sha1(key_bits(signer.own.public)))) \
            if more.get("by_key") else der.der(0xa1, signer.subject)
        start = more.get("start", START)
        body = der.sequence(responder, self.moment(start),
                            der.sequence(*(self.single(cert, start) for cert in certs)))
        algorithm = more.get("algorithm", "sha256")
        signature = signer.own.sign(body, algorithm)
        if more.get("spoil"):
            signature = signature[:-1] + bytes([signature[-1] ^ 1])
        basic = der.sequence(
            body, signer.own.algorithm(algorithm), der.der(der.BIT_STRING, b"\0", signature),
            b"" if signer is issuer else der.der(0xa0, der.sequence(
                signer.der, *(cert.der for cert in more.get("more_certs", ())))))
        self.der = der.sequence(der.der(der.ENUMERATED, b"\0"), der.der(0xa0, der.sequence(
            der.oid("1.3.6.1.5.5.7.48.1.1"), der.der(der.OCTET_STRING, basic))))

    @staticmethod
    def moment(time):
        return der.der(der.TIME, time.strftime("%Y%m%d%H%M%SZ").encode())

    def single(self, cert, start):
        digest = self.more.get("digest", "sha1")
        hashes = [der.der(der.OCTET_STRING, hashlib.new(digest, data, usedforsecurity=False).digest())
                  for data in (self.issuer.subject, key_bits(self.issuer.own.public))]
        status = self.more.get("status", "good")
        end = self.more.get("end", END)
        return der.sequence(
            der.sequence(der.sequence(der.oid(HASHES[digest]), der.der(der.NULL)), *hashes,
                         der.integer(cert.number)),
            self.STATUS.get(status) or der.der(0xa1, self.moment(start)), self.moment(start),
            der.der(0xa0, self.moment(end)) if end else b"")


def armour(label, data):
    text = base64.encodebytes(data).decode().replace("\n", "")
    lines = [text[at:at + 64] for at in range(0, len(text), 64)]
    return f"-----BEGIN {label}-----\n" + "\n".join(lines) + f"\n-----END {label}-----\n"
