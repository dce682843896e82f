"""Reading the project's own code as trees."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("criteria", "assessments", "reviews")
PACKAGES = (*APPS, "wwc")


def files(*patterns: str) -> list[Path]:
    """The Python files that match, without migrations."""
    found = sorted(path for pattern in patterns for path in ROOT.glob(pattern) if path.suffix == ".py")
    return [path for path in found if "migrations" not in path.parts]


def tree(path: Path) -> ast.Module:
    """The file as a tree."""
    return ast.parse(path.read_text(), str(path))


def functions(path: Path, *, public: bool = True) -> Iterator[ast.FunctionDef]:
    """The functions at the top of a file."""
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef) and not (public and node.name.startswith("_")):
            yield node


def name(path: Path) -> str:
    """The file as people name it."""
    return str(path.relative_to(ROOT))
