#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Echo servers and clients as Python's documentation has them, for `tlsock run`.

    programs_peer.py KIND serve PORT       sends back what it gets, until the end
    programs_peer.py KIND talk PORT FILE   four clients at a time send the file, and
                                           compare what comes back

KIND is asyncio (streams), selectors (non-blocking sockets) or threads
(socketserver, blocking sockets). Nothing here knows of TLS. Each kind imports
its own modules, which takes longer than all the rest.
"""

import socket
import sys
import threading

CLIENTS = 4
HOST = "web.test"
LINE = 10  # less than this is one line of a person, who gets one answer


class Asyncio:
    """Streams."""

    async def echo(self, reader, writer):
        while data := await reader.read(10000):
            writer.write(data)
            await writer.drain()
            if len(data) < LINE:
                break
        writer.close()
        await writer.wait_closed()

    def serve(self, port):
        import asyncio

        async def run():
            server = await asyncio.start_server(self.echo, HOST, port)
            await server.serve_forever()

        asyncio.run(run())

    def talk(self, port, data):
        import asyncio

        async def client():
            reader, writer = await asyncio.open_connection(HOST, port)
            writer.write(data)
            writer.write_eof()
            answer = await reader.read()
            writer.close()
            await writer.wait_closed()
            return answer == data

        async def run():
            return await asyncio.gather(*(client() for _ in range(CLIENTS)))

        return asyncio.run(run())


class Echo:
    """One connection of a selector, of the server or, with data, of the client."""

    def __init__(self, selector, connection, data=None):
        import selectors

        self.read_event, self.write_event = selectors.EVENT_READ, selectors.EVENT_WRITE
        self.selector, self.connection = selector, connection
        self.client = data is not None
        self.rest = memoryview(data or b"")
        self.got = bytearray()
        self.last = self.done = False
        connection.setblocking(False)
        selector.register(connection, self.wanted(), self)

    def wanted(self):
        read = self.read_event if self.client or not self.rest else 0
        return read | (self.write_event if self.rest else 0)

    def finish(self):
        self.done = True
        self.selector.unregister(self.connection)
        self.connection.close()

    def read(self):
        data = self.connection.recv(10000)
        if not data:
            self.finish()
        elif self.client:
            self.got += data
        else:
            self.rest = memoryview(data)
            self.last = len(data) < LINE

    def write(self):
        self.rest = self.rest[self.connection.send(self.rest[:20000]):]
        if not self.rest and self.client:
            self.connection.shutdown(socket.SHUT_WR)
        elif not self.rest and self.last:
            self.finish()

    def handle(self, mask):
        if mask & self.read_event:
            self.read()
        if mask & self.write_event and not self.done:
            self.write()
        if not self.done:
            self.selector.modify(self.connection, self.wanted(), self)


class Selectors:
    """Sockets that do not block."""

    def serve(self, port):
        import selectors

        selector = selectors.DefaultSelector()
        listener = socket.create_server(("::", port), family=socket.AF_INET6,
                                        dualstack_ipv6=True)
        listener.setblocking(False)
        selector.register(listener, selectors.EVENT_READ, None)
        while True:
            for key, mask in selector.select():
                if key.data:
                    key.data.handle(mask)
                else:
                    Echo(selector, listener.accept()[0])

    def talk(self, port, data):
        import selectors

        selector = selectors.DefaultSelector()
        to = socket.getaddrinfo(HOST, port, socket.AF_INET, socket.SOCK_STREAM)[0][4]
        echoes = []
        for _ in range(CLIENTS):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(to)
            echoes.append(Echo(selector, client, data))
        while not all(echo.done for echo in echoes):
            for key, mask in selector.select():
                key.data.handle(mask)
        return [echo.got == data for echo in echoes]


class Threads:
    """Sockets that block."""

    def serve(self, port):
        import socketserver

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                while data := self.request.recv(10000):
                    self.request.sendall(data)
                    if len(data) < LINE:
                        break

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        with Server(("127.0.0.1", port), Handler) as server:
            server.serve_forever()

    def client(self, port, data, answers):
        def send():
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)

        with socket.create_connection((HOST, port)) as client:
            sender = threading.Thread(target=send)
            sender.start()
            answers.append(client.makefile("rb").read() == data)
            sender.join()

    def talk(self, port, data):
        answers = []
        threads = [threading.Thread(target=self.client, args=(port, data, answers))
                   for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers


def main(kind, what, port, path=None):
    it = {"asyncio": Asyncio, "selectors": Selectors, "threads": Threads}[kind]()
    if what == "serve":
        it.serve(int(port))
    with open(path, "rb") as file:
        answers = it.talk(int(port), file.read(200000))
    print(sum(answers), "echoes")


main(*sys.argv[1:])
