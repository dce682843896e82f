"""Ask a virus scanner about a file: ClamAV's INSTREAM command, over a socket, in small pieces."""

import socket
import struct
from collections.abc import Iterable

SECONDS = 120  # clamd answers a large archive slowly, and reloads its signatures for a minute
PIECE = 64 * 1024


class ScannerAway(Exception):
    """Nobody answers, or not in time. The same question later may be answered."""


class ScannerRefused(Exception):
    """The scanner did not judge the file: too large for its limit, or a fault of its own. Its words are kept."""


def found_in(pieces: Iterable[bytes], address: str) -> str:
    """What the scanner at this address finds in a file: the name of what it found, "" for a clean file."""
    try:
        with _connected(address) as scanner:
            answer = _asked(scanner, pieces)
    except OSError as error:
        raise ScannerAway(f"{address}: {error}") from error
    said = answer.decode("utf-8", "replace").strip("\0\n ").removeprefix("stream: ")
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")[:200] or "FOUND"
    if not said:
        raise ScannerAway(f"{address}: no answer")
    raise ScannerRefused(said[:200])


def _connected(address: str) -> socket.socket:
    """A connection to `host:port`, or to the socket of a path."""
    if address.startswith("/"):
        scanner = socket.socket(socket.AF_UNIX)
        scanner.settimeout(SECONDS)
        try:
            scanner.connect(address)
        except OSError:
            scanner.close()
            raise
        return scanner
    host, _colon, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS)


def _asked(scanner: socket.socket, pieces: Iterable[bytes]) -> bytes:
    """Send the file and read the answer. Where the scanner stops listening, its answer says why."""
    try:
        scanner.sendall(b"zINSTREAM\0")
        for piece in pieces:
            for start in range(0, len(piece), PIECE):
                part = piece[start : start + PIECE]
                scanner.sendall(struct.pack("!I", len(part)) + part)
        scanner.sendall(struct.pack("!I", 0))
    except (BrokenPipeError, ConnectionResetError):
        pass
    answer = b""
    while b"\0" not in answer and len(answer) < 4096:
        got = scanner.recv(4096)
        if not got:
            break
        answer += got
    return answer
