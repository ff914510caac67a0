"""An HTTP server on loopback that does what it is told, byte by byte."""

from __future__ import annotations

import io
import socketserver
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

HTML = b"<!DOCTYPE html>\n<html><body>Please log in</body></html>"


@dataclass
class Asked:
    """One request as it came."""

    target: str
    headers: dict[str, str]
    body: bytes = b""


Answer = Callable[["Connection"], None]


@dataclass
class Connection:
    """A request and the way to answer it."""

    asked: Asked
    stream: Any
    server: Server

    def send(self, data: bytes) -> None:
        self.stream.write(data)
        self.stream.flush()


@dataclass
class Server:
    """What the server will answer, and what it was asked.

    Attributes:
        script: Answers, one per request; the last one is given again and again.
        asked: The requests so far.
    """

    port: int = 0
    script: list[Answer] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/riots.csv") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def next(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            first = self.rfile.readline().decode("latin-1").split()
            headers = {}
            while line := self.rfile.readline().decode("latin-1").strip():
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            body = self.rfile.read(int(headers.get("content-length", 0)))
            asked = Asked(first[1], headers, body)
            try:
                server.next(asked)(Connection(asked, self.wfile, server))
            except OSError:
                return  # the client has gone

        def finish(self) -> None:
            try:
                super().finish()
            except OSError:
                return

    class Threads(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        block_on_close = False

    with Threads(("127.0.0.1", 0), Handler) as listening:
        server.port = listening.server_address[1]
        thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.ended.set()
        listening.shutdown()
        thread.join()


def head(status: str, **headers: object) -> bytes:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status}", *(f"{n}: {v}" for n, v in fields.items()), "Connection: close"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def answer(body: bytes = b"", status: str = "200 OK", **headers: object) -> Answer:
    """Answer with a body of its true length, unless the headers say otherwise."""
    told = {"Content_Length": len(body), **headers}
    return lambda connection: connection.send(head(status, **told) + body)


def bare(data: bytes) -> Answer:
    """Send bytes, whatever they are, and hang up."""
    return lambda connection: connection.send(data)


def chunked(parts: Sequence[bytes], *, end: bool = True, **headers: object) -> Answer:
    pieces = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    tail = b"0\r\n\r\n" if end else b""
    return bare(head("200 OK", Transfer_Encoding="chunked", **headers) + pieces + tail)


def reset(data: bytes) -> Answer:
    """Send some bytes and break the connection off the hard way."""

    def play(connection: Connection) -> None:
        import socket
        import struct

        connection.send(data)
        time.sleep(0.02)
        line = connection.stream._sock
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.close()

    return play


def dripping(data: bytes, pause: float, first: bytes = b"") -> Answer:
    """Send byte after byte, slowly."""

    def play(connection: Connection) -> None:
        connection.send(first)
        for byte in data:
            if connection.server.ended.wait(pause):
                return
            connection.send(bytes([byte]))

    return play


def stalled(data: bytes) -> Answer:
    """Send some bytes, and then none."""

    def play(connection: Connection) -> None:
        connection.send(data)
        connection.server.ended.wait(60)

    return play


def endless(first: bytes, piece: bytes) -> Answer:
    def play(connection: Connection) -> None:
        connection.send(first)
        while not connection.server.ended.is_set():
            connection.send(piece)

    return play


def file(body: bytes, etag: str | None = '"one"', modified: str | None = None) -> Answer:
    """A good server's file: conditional requests and ranges as the standard has them."""

    def play(connection: Connection) -> None:
        asked = connection.asked.headers
        marks: dict[str, object] = {"ETag": etag, "Last_Modified": modified}
        marks = {name: value for name, value in marks.items() if value}
        current = {etag, modified} - {None}
        if {asked.get("if-none-match"), asked.get("if-modified-since")} & current:
            connection.send(head("304 Not Modified", **marks))
            return
        if asked.get("range") and asked.get("if-range") in current:
            start = int(asked["range"].removeprefix("bytes=").partition("-")[0])
            span = f"bytes {start}-{len(body) - 1}/{len(body)}"
            marks = {**marks, "Content_Range": span, "Content_Length": len(body) - start}
            connection.send(head("206 Partial Content", **marks) + body[start:])
            return
        connection.send(head("200 OK", Content_Length=len(body), **marks) + body)

    return play


def zipped(**files: bytes) -> bytes:
    """An archive; in names, "__" stands for "../"."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "../").replace("_csv", ".csv"), data)
    return content.getvalue()
