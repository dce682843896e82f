"""The direction of imports: proved by import-linter, and for what it does not see, by reading."""

import ast
import subprocess
import sys

import pytest

from tests.architecture.source import PACKAGES, ROOT, files, name, tree

PURE = files(
    "criteria/scoring/*.py",
    "assessments/clock.py",
    "assessments/differences.py",
    "reviews/planning.py",
    "reviews/agreement.py",
    "reviews/dry_run.py",
    "wwc/insights/statistics.py",
    "wwc/insights/suppression.py",
    "wwc/insights/figures.py",
    "wwc/startup.py",
)
# What pure rooms may lean on, because it is pure itself.
PURE_BELOW = ("criteria.scoring", "reviews.agreement", "wwc.insights.statistics", "wwc.insights.suppression")


def test_storeys_and_rooms_hold():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


@pytest.mark.parametrize("path", PURE, ids=name)
def test_a_pure_room_imports_the_standard_library_and_pure_rooms_below(path):
    """The core, by which whoever tries an edition scores; the interval of a share; and what figures are made of."""
    for node in ast.walk(tree(path)):
        names = (
            [a.name for a in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        for imported in names:
            top = imported.split(".")[0]
            assert top in sys.stdlib_module_names or imported.startswith(PURE_BELOW), f"{name(path)} imports {imported}"


def test_nobody_calls_a_room_by_a_name_without_meaning():
    meaningless = {"utils", "helpers", "common", "base", "manager", "managers", "service", "services", "misc"}
    found = [name(path) for package in PACKAGES for path in files(f"{package}/**/*.py") if path.stem in meaningless]
    assert found == []
