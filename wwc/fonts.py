"""Public Sans for screen and paper: cut once from the variable font into four static weights, never committed.

Static weights halve the time of a PDF and make it the same on every machine; the web gets them as woff2 with the
letters of the languages in use.
"""

import base64
import json
import os
from pathlib import Path

import fontpkg
from fontTools import subset, version
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

FAMILY = "Public Sans"
WEIGHTS = {300: "Light", 400: "Regular", 600: "SemiBold", 700: "Bold"}

# What our pages set in type: Latin with its American and European accents, punctuation, currencies, minus and fractions.
WEB_LETTERS = [(0x20, 0x7E), (0xA0, 0x17F), (0x218, 0x21B), (0x2010, 0x2027), (0x202F, 0x203A), (0x20AC, 0x20AC)]
WEB_LETTERS += [(0x2122, 0x2122), (0x2212, 0x2212)]
FEATURES = ["kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "tnum", "pnum", "lnum", "case"]

STAMP = "stamp.json"


def file_name(weight: int, kind: str) -> str:
    """The name of one weight's file, such as public-sans-400.woff2."""
    return f"public-sans-{weight}.{kind}"


def build(folder: Path) -> bool:
    """Write the static weights into the folder, unless the same ones are there; says whether anything was written."""
    source = fontpkg.path("public-sans")
    wanted = {"source": source.stat().st_size, "fonttools": version, "letters": WEB_LETTERS, "features": FEATURES}
    if _is_there(folder, wanted):
        return False
    folder.mkdir(parents=True, exist_ok=True)
    for weight, style in WEIGHTS.items():
        _replace(folder / file_name(weight, "ttf"), _static(source, weight, style), flavor=None)
        _replace(folder / file_name(weight, "woff2"), _for_the_web(folder / file_name(weight, "ttf")), flavor="woff2")
    (folder / STAMP).write_text(json.dumps(wanted))
    return True


def print_faces(folder: Path) -> str:
    """The @font-face rules for paper, with the fonts inside, so that rendering fetches nothing."""
    rules = []
    for weight in WEIGHTS:
        data = base64.b64encode((folder / file_name(weight, "ttf")).read_bytes()).decode()
        rules.append(f'@font-face{{font-family:"{FAMILY}";font-weight:{weight};src:url(data:font/ttf;base64,{data})}}')
    return "\n".join(rules)


def _is_there(folder: Path, wanted: dict) -> bool:
    stamp = folder / STAMP
    files = [folder / file_name(weight, kind) for weight in WEIGHTS for kind in ("ttf", "woff2")]
    return stamp.is_file() and stamp.read_text() == json.dumps(wanted) and all(file.is_file() for file in files)


def _static(source: Path, weight: int, style: str) -> TTFont:
    """One weight of the variable font, named so that nothing mistakes it for another."""
    font = instancer.instantiateVariableFont(TTFont(source, recalcTimestamp=False), {"wght": weight}, inplace=True)
    names = {1: f"{FAMILY} {style}", 2: "Regular", 4: f"{FAMILY} {style}", 6: f"PublicSans-{style}", 16: FAMILY, 17: style}
    for number, text in names.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    return font


def _for_the_web(file: Path) -> TTFont:
    options = subset.Options(layout_features=FEATURES, notdef_outline=True, hinting=False, name_IDs=[1, 2, 4, 6])
    font = TTFont(file, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[point for first, last in WEB_LETTERS for point in range(first, last + 1)])
    cutter.subset(font)
    return font


def _replace(target: Path, font: TTFont, *, flavor: str | None) -> None:
    """Write beside the target, then put it in place, so that a reader never meets half a font."""
    font.flavor = flavor
    part = target.with_suffix(f"{target.suffix}.{os.getpid()}.part")
    font.save(part)
    part.replace(target)
