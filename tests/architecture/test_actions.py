"""Every action: `by` and `at` by name, one transaction, permission first."""

import ast

import pytest

from tests.architecture.source import files, functions, name

FOUND = [(path, node) for path in files("*/actions/*.py") for node in functions(path)]
ACTIONS = [(path, node) for path, node in FOUND if any(ast.unparse(d).startswith("transaction.atomic") for d in node.decorator_list)]
PARTS = [(path, node) for path, node in FOUND if (path, node) not in ACTIONS]
# Accepting an invitation is what makes the person, so nobody is there yet to be `by`.
WITHOUT_BY = {("assessments/actions/inviting.py", "accept")}


def _ids(case):
    return f"{name(case[0])}:{case[1].name}"


@pytest.mark.parametrize("case", ACTIONS, ids=_ids)
def test_an_action_is_done_by_somebody_at_an_instant(case):
    path, node = case
    named = {a.arg for a in node.args.kwonlyargs}
    wanted = {"at"} if (name(path), node.name) in WITHOUT_BY else {"by", "at"}
    assert wanted <= named
    assert len(node.args.args) <= 2, "the thing (and where it goes) by position, everything else by name"


@pytest.mark.parametrize("case", ACTIONS, ids=_ids)
def test_an_action_asks_permission_first(case):
    """The first statement, or the one after the lock under which permission is asked."""
    body = [n for n in case[1].body if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))]
    first, second = ast.unparse(body[0]), ast.unparse(body[1]) if len(body) > 1 else ""
    locks = "_locked(" in first or "select_for_update" in first or "_held(" in first or "= list(" in first
    asks = second.startswith("require(") or (second.startswith("for ") and second.splitlines()[1].strip().startswith("require("))
    assert first.startswith("require(") or (locks and asks), first


@pytest.mark.parametrize("case", PARTS, ids=_ids)
def test_a_part_of_an_action_is_no_door(case):
    """What is neither one transaction nor asks permission is called by actions alone."""
    path, node = case
    outside = files("*/views/*.py", "*/views.py", "wwc/api/*.py", "*/forms/*.py", "*/forms.py", "wwc/directory/*.py")
    writes = any(isinstance(n, ast.Attribute) and n.attr in {"create", "update", "bulk_create", "save"} for n in ast.walk(node))
    callers = [name(p) for p in outside if f"{path.stem}.{node.name}(" in p.read_text()]
    assert not (writes and callers), callers


def test_jobs_have_neither_by_nor_at_and_tasks_call_one():
    for path in files("*/jobs/*.py", "*/jobs.py"):
        for node in functions(path):
            assert "by" not in {a.arg for a in [*node.args.args, *node.args.kwonlyargs]}, f"{name(path)}:{node.name}"
    for path in files("*/tasks.py", "wwc/*/tasks.py"):
        for node in functions(path):
            lines = node.end_lineno - node.body[0].end_lineno
            assert lines <= 3, f"{name(path)}:{node.name} is more than a call"
