"""The documentation is as the code is: drawn pages, links, environment variables, commands and addresses."""

import ast
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command, get_commands
from django.urls import Resolver404, resolve

from tests.architecture.source import ROOT, tree
from wwc.management.commands import draw_docs

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()


@pytest.mark.parametrize("page", draw_docs.PAGES)
def test_drawn_pages_are_as_the_code_is(page):
    assert (ROOT / page).read_text() == draw_docs.PAGES[page](), "run manage.py draw_docs"


def test_the_command_says_which_page_is_not(monkeypatch):
    call_command("draw_docs", "--check")
    monkeypatch.setitem(draw_docs.PAGES, "docs/lifecycle.md", lambda: "# Something else\n")
    with pytest.raises(CommandError, match=r"docs/lifecycle\.md"):
        call_command("draw_docs", "--check")


def test_the_command_writes_what_it_draws(monkeypatch, settings, tmp_path):
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(draw_docs, "PAGES", {"docs/lifecycle.md": draw_docs.lifecycle})
    said = StringIO()
    call_command("draw_docs", stdout=said)
    assert (tmp_path / "docs" / "lifecycle.md").read_text() == draw_docs.lifecycle()
    assert said.getvalue() == "docs/lifecycle.md written.\n"
    call_command("draw_docs", "--check")


# Links


def anchors(text):
    """The anchors that headings of a page make."""
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.replace("`", "")).strip().lower().replace(" ", "-") for head in heads}


def broken_links(page):
    """The relative links of a page that lead nowhere."""
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _hash, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and anchor not in anchors(there.read_text())):
            yield target


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_link_leads_somewhere(page):
    assert list(broken_links(page)) == []


def test_the_measure_of_links_finds_what_it_looks_for(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# One head\n[a](page.md) [b](none.md) [c](#one-head) [d](#two) [e](https://example.org/none) ```[f](none.md)```")
    assert list(broken_links(page)) == ["none.md", "#two"]


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_file_that_a_page_names_is_there(page):
    """Paths in backticks that begin with a folder of ours."""
    names = re.findall(r"`((?:criteria|assessments|reviews|wwc|templates|static|fixtures|tests|docs|\.ci)/[\w./-]*)`", page.read_text())
    assert [name for name in names if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_command_that_a_page_names_is_there(page):
    names = set(re.findall(r"manage\.py (\w+)", page.read_text())) - {"up", "test"}
    assert names - set(get_commands()) == set()


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_address_that_a_page_names_is_there(page):
    lost = []
    for address in re.findall(r"`(/[a-z][\w/-]*)`", page.read_text()):
        if address.startswith(("/var", "/dev", "/tmp", "/usr", "/static", "/etc")):
            continue
        try:
            found = resolve(address)
        except Resolver404:
            lost.append(address)
        else:
            lost += [address] if found.url_name == "elsewhere" and address != "/api/v1/" else []
    assert lost == []


# The environment


def read_in(name):
    """The environment variables that a file asks for by name: by a reader of the settings, of a mapping, or in a list of addresses."""
    found = set()
    for node in ast.walk(tree(ROOT / name)):
        match node:
            case ast.Call(func=ast.Name(id=reader), args=[ast.Constant(value=str(variable)), *_]) if reader.startswith("env_"):
                found.add(variable)
            case ast.Call(func=ast.Attribute(value=owner, attr="get"), args=[ast.Constant(value=str(variable)), *_]) if _environ(owner):
                found.add(variable)
            case ast.Subscript(value=owner, slice=ast.Constant(value=str(variable)), ctx=ast.Load()) if _environ(owner):
                found.add(variable)
            case ast.For(iter=listed) | ast.comprehension(iter=listed):
                words = {leaf.value for leaf in ast.walk(listed) if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)}
                found |= {word for word in words if re.fullmatch(r"[A-Z]+_URL", word)}
    return found


def _environ(owner):
    return ast.unparse(owner) in {"environ", "os.environ", "self.environ", "told"}


def documented():
    """The variables of the table in docs/operations.md."""
    return set(re.findall(r"^\| `([A-Z_]+)` \|", OPERATIONS, re.MULTILINE))


# Set by whoever starts a process, or by the system; no knob of this program.
OF_THE_SYSTEM = {"PATH", "CI", "HOME", "USER"}


def test_every_variable_that_is_read_is_documented():
    read = read_in("wwc/settings.py") | read_in("wwc/startup.py")
    assert read - OF_THE_SYSTEM - documented() == set()


def test_every_variable_that_is_documented_is_read():
    read = read_in("wwc/settings.py") | read_in("wwc/startup.py")
    assert {"DATA_DIR", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PORT"} <= read
    assert documented() - read == set()


def test_defaults_of_whole_numbers_are_the_documented_ones():
    pattern = r'env_whole\("(\w+)", (\d+), low=(\d+), high=(\d+)\)'
    for name, default, low, high in re.findall(pattern, (ROOT / "wwc/settings.py").read_text()):
        row = re.search(rf"^\| `{name}` \| (\d+) \| (.*) \|$", OPERATIONS, re.MULTILINE)
        assert row is not None, name
        assert row[1] == default
        assert f"{low} to {high}" in row[2]
