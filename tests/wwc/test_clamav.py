"""The words with a virus scanner."""

import socket

import pytest

from tests.support.scanner import BAD, listening
from wwc.clamav import ScannerAway, ScannerRefused, found_in


@pytest.fixture(params=["port", "socket"])
def there(request, tmp_path):
    with listening(str(tmp_path / "clamd") if request.param == "socket" else "") as scanner:
        yield scanner


def test_a_clean_file_and_one_that_is_not(there):
    assert found_in([b"Words."], there.address) == ""
    assert found_in([b"x" * 200_000, b"x" * 9 + BAD], there.address) == "Test-Signature"
    assert found_in([], there.address) == ""


def test_what_the_scanner_could_not_judge_is_no_clean_file(there):
    there.says(b"INSTREAM size limit exceeded. ERROR")
    with pytest.raises(ScannerRefused, match="size limit"):
        found_in([b"x" * 500_000], there.address)


def test_a_scanner_that_hangs_up_is_away(there):
    there.says(b"")
    with pytest.raises(ScannerAway):
        found_in([b"x" * 500_000], there.address)


def test_nobody_there_is_away(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    for nobody in (address, str(tmp_path / "nothing")):
        with pytest.raises(ScannerAway):
            found_in([b"x"], nobody)
