"""Paper: the same bytes for the same input, tags, and nothing from outside."""

import http.server
import subprocess
import sys
import threading
from hashlib import sha256

import pytest
from django.conf import settings

from wwc import paper

HTML = """<html lang="en"><head><title>A paper</title></head><body><h1>Alder Reach</h1>
<table><tr><th scope="row">DM1</th><td>met</td></tr></table>{}</body></html>"""
CSS = 'html { font: 400 10pt "Public Sans" }'
ANOTHER_PROCESS = """
import django; django.setup()
import sys
from hashlib import sha256
from wwc import paper
print(sha256(paper.pdf(sys.argv[1], css=sys.argv[2], identifier="AAAA-BBBB")).hexdigest())
"""


def made(extra="", css=CSS, identifier="AAAA-BBBB"):
    return paper.pdf(HTML.format(extra), css=css, identifier=identifier)


def test_the_same_input_gives_the_same_bytes():
    assert made() == made()
    assert made(identifier="another") != made()
    assert made("<p>more</p>") != made()


def test_another_process_gives_the_same_bytes(tmp_path):
    """Two processes with other hash seeds, as workers are."""
    digests = set()
    for seed in ("1", "2"):
        environment = {
            "PYTHONHASHSEED": seed,
            "PATH": "",
            "DJANGO_SETTINGS_MODULE": "wwc.settings",
            "DATA_DIR": str(settings.DATA_DIR),
            "SECRET_KEY": "k" * 50,
        }
        command = [sys.executable, "-c", ANOTHER_PROCESS, HTML.format(""), CSS]
        digests.add(
            subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True).stdout.strip()
        )
    assert digests == {sha256(made()).hexdigest()}


@pytest.fixture
def asked():
    """A server on this machine that notes who asks for what."""
    paths = []

    class Noting(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            return

    server = http.server.HTTPServer(("127.0.0.1", 0), Noting)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "extra",
    [
        '<img src="{}/a.png">',
        '<link rel="stylesheet" href="{}/a.css">',
        '<div style="background: url({}/b.png)">b</div>',
        "<style>@import url({}/c.css);</style>",
        "<style>@font-face {{ font-family: F; src: url({}/f.ttf) }} p {{ font-family: F }}</style><p>f</p>",
        '<object data="{}/e.svg"></object>',
    ],
)
def test_nothing_is_fetched_from_outside(asked, extra):
    address, paths = asked
    with pytest.raises(paper.OutsideRefused):
        made(extra.format(address))
    assert paths == []


@pytest.mark.parametrize("address", ["file:///etc/hostname", "ftp://127.0.0.1/a"])
def test_nor_from_the_disk_or_by_another_scheme(address):
    with pytest.raises(paper.OutsideRefused):
        made(f'<img src="{address}">')


def test_what_the_library_leaves_out_by_itself_is_not_fetched_either(asked):
    address, paths = asked
    made(f'<svg width="9" height="9"><image href="{address}/d.png" width="9" height="9"/></svg><img alt="x" src="//{address[7:]}/a.png">')
    assert paths == []


def test_a_style_sheet_may_not_fetch_either(asked):
    address, paths = asked
    with pytest.raises(paper.OutsideRefused):
        made(css=f"body {{ background: url({address}/x.png) }}")
    assert paths == []


def test_a_picture_inside_the_page_is_drawn():
    assert made('<img alt="dot" src="data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 width=%229%22 height=%229%22/%3E">')
