"""Nobody writes outside actions, jobs and the named places; no signal, no `save()` of our own."""

import ast
import re

from tests.architecture.source import PACKAGES, files, name, tree

WRITES = {
    "save",
    "create",
    "update",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "create_user",
    "set_password",
}
# Each with its reason: the writers that house rule 7 names, and the doors that only machines use.
PLACES = (
    "/actions/",
    "/jobs/",
    "/jobs.py",
    "wwc/accounts/models.py",  # create_user, the one way a person comes to be
    "wwc/accounts/people.py",
    "wwc/accounts/tokens.py",  # a token acts as its person; last use is a side row
    "wwc/audit/record.py",
    "wwc/bulk.py",  # the way in which jobs and the record insert many rows
    "wwc/outbox/files.py",  # what a worker drew, and the row that names it
    "wwc/outbox/post.py",
    "wwc/outbox/preferences.py",  # one's own choice of letters
    "wwc/outbox/running.py",  # claims and leases
    "wwc/outbox/webhooks.py",  # the programs that are called, and what became of each call
    "wwc/demo/",
    "wwc/bench/",  # a world of its own, in a scratch database
    "wwc/demo.py",
    "wwc/management/",
    "assessments/models/assessment.py",  # move_to
    "reviews/models/award.py",  # move_to
)


def _writes(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            receiver = ast.unparse(node.func.value)
            if re.fullmatch(r"[a-z]+ing|tokens|people", receiver):
                continue  # a module of actions, which is the way to write
            if node.func.attr == "save" and node.args:
                continue  # a picture or a font into a file; a row is saved without a place to go
            if node.func.attr in {"update", "create", "delete", "save"} and "objects" not in receiver and node.func.attr == "update":
                continue  # dict.update, hash.update: a queryset is written through `objects` or a name tested below
            yield node.lineno, f"{receiver}.{node.func.attr}"


def test_only_the_named_places_write():
    found = [
        f"{name(path)}:{line} {call}"
        for package in PACKAGES
        for path in files(f"{package}/**/*.py")
        if not any(place in name(path) for place in PLACES)
        for line, call in _writes(path)
    ]
    assert found == []


def test_no_signals_and_no_save_of_our_own():
    for package in PACKAGES:
        for path in files(f"{package}/**/*.py"):
            text = path.read_text()
            assert "@receiver" not in text, name(path)
            if name(path) != "wwc/apps.py":
                assert ".connect(" not in text or "signals" not in text, name(path)
            for node in ast.walk(tree(path)):
                if isinstance(node, ast.FunctionDef) and "/models" in name(path):
                    assert node.name not in {"save", "delete"}, f"{name(path)} overrides {node.name}"


def test_status_is_written_by_move_to_alone():
    for package in PACKAGES:
        for path in files(f"{package}/**/*.py"):
            if name(path) in {"assessments/models/assessment.py", "reviews/models/award.py"}:
                continue
            for node in ast.walk(tree(path)):
                if isinstance(node, ast.Assign):
                    for target in node.targets:
                        if isinstance(target, ast.Attribute) and target.attr == "status":
                            owner = ast.unparse(target.value)
                            assert owner not in {"assessment", "award", "announcement"}, f"{name(path)}:{node.lineno} sets {owner}.status"
