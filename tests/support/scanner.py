"""A virus scanner as ClamAV answers it, in a thread: it finds one word, and can be told to fail."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

BAD = b"A-WORD-THAT-A-SCANNER-FINDS"


class _Clamd(socketserver.StreamRequestHandler):
    """One INSTREAM command."""

    timeout = 5

    def handle(self) -> None:
        """Read the pieces to their end and say what is in them."""
        server = self.server
        server.asked += 1  # type: ignore[attr-defined]
        if server.answer == b"":  # type: ignore[attr-defined]
            return
        assert self.rfile.read(10) == b"zINSTREAM\0"
        body = b""
        while size := struct.unpack("!I", self.rfile.read(4))[0]:
            body += self.rfile.read(size)
        said = server.answer or (b"stream: Test-Signature FOUND" if BAD in body else b"stream: OK")  # type: ignore[attr-defined]
        self.wfile.write(said + b"\0")


class Scanner:
    """Where it listens, how often it was asked, and what it says whatever it is asked; b"" hangs up without a word."""

    def __init__(self, server: socketserver.BaseServer, address: str) -> None:
        self.server, self.address = server, address

    @property
    def asked(self) -> int:
        """How many files it was asked about."""
        return self.server.asked  # type: ignore[attr-defined]

    def says(self, answer: bytes | None) -> None:
        """Answer everything so from now on."""
        self.server.answer = answer  # type: ignore[attr-defined]


@contextmanager
def listening(path: str = "") -> Iterator[Scanner]:
    """A scanner on a free port of this machine, or on the socket of a path."""
    server: socketserver.BaseServer
    if path:
        server, address = socketserver.ThreadingUnixStreamServer(path, _Clamd), path
    else:
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Clamd)
        address = f"127.0.0.1:{server.server_address[1]}"
    server.asked, server.answer = 0, None  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield Scanner(server, address)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def scanner(settings) -> Iterator[Scanner]:
    """A scanner that the program is told of."""
    with listening() as found:
        settings.CLAMD_ADDRESS = found.address
        yield found
