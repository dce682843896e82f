"""Public Sans is cut once, whole, and the same each time."""

import re
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from fontTools.ttLib import TTFont

from wwc import fonts


@pytest.fixture(scope="module")
def folder() -> Path:
    """The fonts that the tests' pages and papers use, cut where nobody has cut them yet."""
    fonts.build(settings.FONTS_DIR)
    return Path(settings.FONTS_DIR)


def test_a_second_build_changes_nothing(folder: Path) -> None:
    before = {file.name: (file.stat().st_mtime_ns, file.stat().st_size) for file in folder.iterdir()}
    assert not fonts.build(folder)
    assert {file.name: (file.stat().st_mtime_ns, file.stat().st_size) for file in folder.iterdir()} == before


@pytest.mark.heavy
def test_a_missing_weight_is_cut_again(folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(folder, tmp_path / "fonts")
    lost = folder / fonts.file_name(600, "woff2")
    bytes_before = lost.read_bytes()
    lost.unlink()
    assert fonts.build(folder)
    assert lost.read_bytes() == bytes_before
    assert not list(folder.glob("*.part"))


@pytest.mark.parametrize("weight", fonts.WEIGHTS)
def test_each_weight_stands_alone_and_knows_our_letters(folder: Path, weight: int) -> None:
    print_font, web_font = (TTFont(folder / fonts.file_name(weight, kind)) for kind in ("ttf", "woff2"))
    assert "fvar" not in print_font
    assert print_font["OS/2"].usWeightClass == weight
    assert web_font.flavor == "woff2"
    letters = "San José, Córdoba, São Paulo, Montréal, Iquitos, Ñuñoa: 1,904 · “31 of 43” − 72%"
    assert [each for each in letters if ord(each) not in web_font.getBestCmap()] == []
    assert "tnum" in {record.FeatureTag for record in web_font["GSUB"].table.FeatureList.FeatureRecord}


def test_the_first_load_stays_small(folder: Path) -> None:
    web = sum((folder / fonts.file_name(weight, "woff2")).stat().st_size for weight in fonts.WEIGHTS)
    static = Path(settings.BASE_DIR) / "static"
    assert web + (static / "css/site.css").stat().st_size + (static / "js/base.js").stat().st_size < 120_000


def test_the_sheet_asks_for_the_files_that_are_built() -> None:
    sheet = (Path(settings.BASE_DIR) / "static/css/site.css").read_text()
    assert sorted(re.findall(r"\.\./fonts/([\w.-]+)", sheet)) == sorted(fonts.file_name(weight, "woff2") for weight in fonts.WEIGHTS)


def test_paper_carries_its_fonts_inside(folder: Path) -> None:
    rules = fonts.print_faces(folder)
    assert rules.count("@font-face") == 4
    assert re.findall(r"url\((?!data:)", rules) == []


def test_the_command_says_what_it_did(folder: Path, settings, capsys: pytest.CaptureFixture) -> None:
    settings.FONTS_DIR = folder
    call_command("build_fonts")
    assert capsys.readouterr().out == "4 weights of Public Sans are there.\n"
