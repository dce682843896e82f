"""A ZIP that is written while it is sent: of any size, in the memory of one piece."""

import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

LARGE = 1 << 31  # above it a part needs the longer form of the format from its beginning


class _Sent:
    """Where the packer writes: what it wrote is taken away piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        """Keep a piece until it is taken."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits anywhere else."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def zipped(parts: Iterable[tuple[str, datetime, int, Iterable[bytes]]]) -> Iterator[bytes]:
    """The bytes of a ZIP with these parts, each a name, an instant, a size as far as it is known, and its pieces."""
    sent = _Sent()
    with zipfile.ZipFile(sent, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:  # type: ignore[call-overload]
        for name, at, size, pieces in parts:
            info = zipfile.ZipInfo(name, at.astimezone(UTC).timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            with packed.open(info, "w", force_zip64=size >= LARGE) as part:
                for piece in pieces:
                    part.write(piece)
                    if out := sent.taken():
                        yield out
            yield sent.taken()
    yield sent.taken()
