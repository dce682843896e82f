"""A store of objects as S3 answers it, in a thread: enough of it to put, look at, fetch, list and remove; and no file anywhere."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


class _Objects(BaseHTTPRequestHandler):
    """One request: /bucket/key, or /bucket with a prefix to list."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        """Keep an object."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._kept[self._key] = body
        self._say(200, ETag=f'"{md5(body, usedforsecurity=False).hexdigest()}"')

    def do_HEAD(self) -> None:
        """What is known of an object."""
        self._object(with_body=False)

    def do_GET(self) -> None:
        """An object, a range of it, or a list."""
        if self._key:
            self._object(with_body=True)
        else:
            self._list()

    def do_DELETE(self) -> None:
        """Remove an object."""
        self._kept.pop(self._key, None)
        self._say(204)

    @property
    def _kept(self) -> dict[str, bytes]:
        return self.server.kept  # type: ignore[attr-defined]

    @property
    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).lstrip("/").partition("/")[2]

    def _object(self, *, with_body: bool) -> None:
        body = self._kept.get(self._key)
        if body is None:
            return self._say(404, b"<Error><Code>NoSuchKey</Code></Error>" if with_body else b"")
        about = {"ETag": '"x"', "Last-Modified": formatdate(usegmt=True), "Content-Type": "application/octet-stream"}
        asked = self.headers.get("Range", "")
        if not asked:
            return self._say(200, body, with_body=with_body, **about)
        first, _dash, last = asked.removeprefix("bytes=").partition("-")
        part = body[int(first) : int(last) + 1 if last else None]
        if not part:
            return self._say(416, b"<Error><Code>InvalidRange</Code></Error>")
        return self._say(206, part, **about, **{"Content-Range": f"bytes {first}-{int(first) + len(part) - 1}/{len(body)}"})

    def _list(self) -> None:
        prefix = parse_qs(urlsplit(self.path).query).get("prefix", [""])[0]
        keys = sorted(key for key in self._kept if key.startswith(prefix))
        folders = sorted({f"{prefix}{key[len(prefix) :].partition('/')[0]}/" for key in keys if "/" in key[len(prefix) :]})
        at = "<LastModified>2026-03-02T15:00:00.000Z</LastModified>"
        files = "".join(f"<Contents><Key>{escape(key)}</Key>{at}</Contents>" for key in keys if "/" not in key[len(prefix) :])
        inner = files + "".join(f"<CommonPrefixes><Prefix>{escape(each)}</Prefix></CommonPrefixes>" for each in folders)
        self._say(200, f"<ListBucketResult><IsTruncated>false</IsTruncated>{inner}</ListBucketResult>".encode())

    def _say(self, status: int, body: bytes = b"", *, with_body: bool = True, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Quietly."""


@contextmanager
def store() -> Iterator[tuple[str, dict[str, bytes]]]:
    """Its address, and what is in it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Objects)
    server.kept = {}  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server.kept  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
