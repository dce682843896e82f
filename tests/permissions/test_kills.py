"""Each check switched off, one by one: the walk through the table must turn red for every one of them.

A check is a place in an `access` module where a function can return something else than a yes, or asks a condition. Switched
off, the place says yes; the condition, or one link of it, says always yes, or always no.
"""

import ast
import inspect
import sys
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from assessments.actions import acting
from assessments.models import Conflict
from reviews.actions import drafting as reading
from reviews.models import CalibrationItem, Erasure, Export
from tests.factories import assessments as cases
from tests.factories import people, reviews
from tests.permissions import world as worlds
from tests.permissions.test_matrix import ROLES, ROOMS, ROWS
from wwc.accounts.models import User
from wwc.audit.record import through

pytestmark = [pytest.mark.heavy, pytest.mark.django_db]

# What no walk can tell from the check as it is, and why: function, what the place says, what it says instead.
SURVIVORS: dict[tuple[str, str, str], str] = {
    ("assessments._with_role", "roles", "False"): "who has a part in the team sees the case anyway; it is asked first to save a query",
}


@dataclass(frozen=True)
class Check:
    """One place that decides: where it is, what it says, what it says once it is off, and the function around it then."""

    room: str
    function: str
    line: int
    says: str
    instead: str
    off: ast.FunctionDef

    @property
    def name(self) -> tuple[str, str, str]:
        """What names it in every version of the file."""
        return f"{self.room}.{self.function}", self.says, self.instead


def checks(room: str, module: ModuleType) -> Iterator[Check]:
    """Every check of a module, in each way to switch it off."""
    for function in _functions(module):
        for number, (place, instead) in enumerate(_places(function)):
            off = deepcopy(function)
            _Says(_places(off)[number][0], instead).visit(off)
            yield Check(room, function.name, place.lineno, ast.unparse(place)[:90], instead, ast.fix_missing_locations(off))


def _functions(module: ModuleType) -> list[ast.FunctionDef]:
    return [node for node in ast.parse(inspect.getsource(module)).body if isinstance(node, ast.FunctionDef)]


def _places(function: ast.FunctionDef) -> list[tuple[ast.expr, str]]:
    """Each place with what it says when it is off."""
    returned = [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value is not None]
    asked = [node.test for node in ast.walk(function) if isinstance(node, ast.If | ast.IfExp)]
    refusals = [(place, "YES") for value in returned for place in _leaves(value) if ast.unparse(place) != "YES"]
    return refusals + [
        (place, instead) for test in asked for place in dict.fromkeys([*_links(test), test]) for instead in ("True", "False")
    ]


def _leaves(value: ast.expr) -> list[ast.expr]:
    """What can come out of an expression: of a choice each side, of a chain each link."""
    return [leaf for side in (value.body, value.orelse) for leaf in _leaves(side)] if isinstance(value, ast.IfExp) else _links(value)


def _links(value: ast.expr) -> list[ast.expr]:
    return [link for each in value.values for link in _links(each)] if isinstance(value, ast.BoolOp) else [value]


class _Says(ast.NodeTransformer):
    """Puts a name in the place of one expression."""

    def __init__(self, place: ast.expr, instead: str) -> None:
        self.place, self.instead = place, instead

    def visit(self, node: ast.AST) -> Any:
        """The node, or what it says instead."""
        return ast.copy_location(ast.parse(self.instead, mode="eval").body, node) if node is self.place else super().visit(node)


def callers(module: ModuleType, name: str) -> set[str]:
    """The functions of a module that ask this one, directly or through others, and itself."""
    asks = {function.name: {node.id for node in ast.walk(function) if isinstance(node, ast.Name)} for function in _functions(module)}
    found = {name}
    while more := {each for each, named in asks.items() if named & found} - found:
        found |= more
    return found


@dataclass(frozen=True)
class Cell:
    """One question with its answer in the table: yes, no (and its first words, where they matter), or - for not theirs to know."""

    rule: str
    name: str
    person: Any
    about: tuple[Any, ...]
    wanted: str
    door: str = "page"

    def is_red(self) -> bool:
        """Whether the ruling says something else."""
        room, _dot, name = self.rule.partition(".")
        try:
            with through(self.door):
                ruling = getattr(ROOMS[room], name)(self.person, *self.about)
        except AttributeError:  # nobody is signed in, and the question before it no longer says so
            return True
        said = "yes" if ruling else "-" if ruling.hidden else f"no: {ruling.reason}"
        return not said.startswith(self.wanted)


def _practice_from_a_closed_city(it: worlds.World) -> tuple[Any, Any]:
    """A reader, and an answer to practise on that comes from a city closed to them."""
    cycle, reader = it.reading.cycle, reviews.reader(it.reading.cycle, "closed-out")
    Conflict.objects.filter(person=reader.person, city=it.reading.city).update(state="declared")
    item = reviews.practice(cycle, opened=False)
    CalibrationItem.objects.filter(pk=item.pk).update(source=it.answer.current)
    reviews.calibrating.open_round(item.calibration, by=cases.staff(), at=worlds.NOW)
    return reader.person, CalibrationItem.objects.select_related("calibration").get(pk=item.pk)


def probes(it: worlds.World) -> list[Cell]:
    """What no line of the table can ask, because nobody of the table is that person, or the words matter."""
    torn, clerk = people.person("torn", is_director=True), people.person("clerk", is_staff=True)
    of_program = worlds.Membership.objects.create(city=it.case.city, person=torn, role="contributor", added_at=worlds.NOW)
    own_phrase = reading.add_phrase("No date.", by=it.people["RV"], at=worlds.NOW)
    for who in (torn, clerk):
        said = {"state": "declared", "said_at": worlds.NOW, "said_by": who}
        Conflict.objects.create(person=who, city=it.reading.city, cycle=it.reading.cycle, **said)
    invited = User.objects.create_user(it.invitation.email, name="Invited")
    quiet = cases.city("Quiet Falls")
    made: dict[str, Any] = {"cycle": it.reading.cycle, "form": "csv", "tables": ["scores"], "asked_at": worlds.NOW}
    closed_since, of_one_who_left = (Export.objects.create(asked_by=who, **made) for who in (clerk, it.people["stranger"]))
    both, visitor, nobody = people.person("approver"), AnonymousUser(), None
    looking = acting.begin(it.case.city, reason="They called.", by=it.people["ST"], at=worlds.NOW)
    asked: list[tuple[Any, ...]] = [
        ("assessments.may_accept", it.people["stranger"], it.invitation, "no"),
        ("assessments.may_accept", invited, it.invitation, "yes"),
        ("assessments.may_accept", visitor, it.invitation, "yes"),
        ("assessments.may_accept", nobody, it.invitation, "yes"),
        ("assessments.may_prove_claim", it.people["stranger"], it.claim, "no"),
        ("assessments.may_prove_claim", nobody, it.claim, "yes"),
        ("assessments.may_claim", nobody, it.case.city, "yes"),
        ("assessments.may_claim", visitor, it.case.city, "yes"),
        ("assessments.may_copy", it.people["ST"], it.case, "no: The program never"),
        ("assessments.may_invite", cases.member(quiet, "lead"), quiet, "yes"),
        ("assessments.may_ask", it.people["CL"], it.answer, "no"),
        ("assessments.may_ask", it.people["conflict"], it.answer, "-"),
        ("assessments.may_ask", it.people["RV"], it.answer, "yes"),
        ("assessments.may_end_acting", it.people["ST"], looking, "yes"),
        ("assessments.may_end_acting", it.people["DI"], looking, "-"),
        ("assessments.may_correct_address", it.people["ST"], of_program, "no: This person works"),
        ("assessments.may_correct_address", it.people["stranger"], of_program, "-"),
        ("reviews.may_choose", it.people["RV"], it.people["RV"], "yes"),
        ("reviews.may_choose", it.people["ST"], it.people["RV"], "-"),
        ("reviews.may_end_phrase", it.people["RV"], own_phrase, "yes"),
        ("reviews.may_end_phrase", it.people["ST"], own_phrase, "-"),
        ("reviews.may_ask_about", both, it.answer, "yes"),
        ("reviews.may_ask_about", torn, it.answer, "-"),
        ("reviews.may_send_questions", both, it.reading, "yes"),
        ("reviews.may_log_call", both, it.reading, "yes"),
        ("reviews.may_log_call", torn, it.reading, "-"),
        ("reviews.may_practise", *_practice_from_a_closed_city(it), "-"),
        ("reviews.may_settle", it.people["PL"], it.moments["settle_own"], "no: You read this answer yourself"),
        ("reviews.may_confirm_erasure", it.people["DI"], Erasure(person=it.people["DI"], asked_by=clerk), "no: This is your own"),
        ("reviews.may_fetch", clerk, closed_since, "no: A city in this export"),
        ("reviews.may_fetch", it.people["stranger"], of_one_who_left, "-"),
        ("reviews.may_write_to_many", it.people["ST"], "deciding", {}, "no: This list goes by results"),
        ("reviews.may_write_to_many", it.people["RV"], "deciding", {}, "-"),
        ("reviews.may_write_to_many", it.people["ST"], "nothing", {}, "-"),
        ("reviews.may_decide", it.people["RV"], "-"),
        ("reviews.may_decide", it.people["ST"], "yes"),
        ("reviews.may_break_glass", clerk, it.reading.city, "no: A director"),
        ("reviews.may_break_glass", torn, it.case.city, "no: You belong"),
        ("reviews.may_break_glass", it.people["DI"], it.reading.city, "no: This city is open"),
    ]
    cells = [Cell(rule, f"{rule} as {person}", person, tuple(about), wanted) for rule, person, *about, wanted in asked]
    for rule, edition in (("criteria.may_publish", it.edition), ("criteria.may_retire", it.published)):
        cells += [Cell(rule, rule, nobody, (edition,), "-"), Cell(rule, rule, nobody, (edition,), "yes", "loader")]
    return cells


def walk_of(it: worlds.World) -> dict[str, list[Cell]]:
    """All cells of one world by their rule."""
    found: dict[str, list[Cell]] = {}
    for row in filter(lambda row: row["rule"], ROWS):
        about = worlds.subject(row["key"], it)
        for role in ROLES:
            found.setdefault(row["rule"], []).append(Cell(row["rule"], f"{row['key']} {role}", it.people[role], about, row[role]))
    for cell in probes(it):
        found.setdefault(cell.rule, []).append(cell)
    return found


def red(walk: dict[str, list[Cell]], rules: set[str]) -> Iterator[str]:
    """The cells of these rules that say something else than the table."""
    return (cell.name for rule in sorted(rules) for cell in walk.get(rule, []) if cell.is_red())


def test_every_check_that_is_switched_off_turns_the_table_red(capsys):
    walk = walk_of(worlds.world())
    assert list(red(walk, set(walk))) == [], "green before"
    alive, found = [], [check for room, module in ROOMS.items() for check in checks(room, module)]
    for check in found:
        module = ROOMS[check.room]
        real = getattr(module, check.function)
        try:
            exec(compile(ast.Module([check.off], []), module.__file__, "exec"), module.__dict__)
            if not any(red(walk, {f"{check.room}.{name}" for name in callers(module, check.function)})):
                alive.append(check)
        finally:
            setattr(module, check.function, real)
    told = [f"{len(found)} ways to switch a check off, {len(found) - len(alive)} turned the table red"]
    told += [f"{check.room}/access.py:{check.line} {check.function}: {check.says} -> {check.instead}" for check in alive]
    with capsys.disabled():
        sys.stdout.write("\n" + "\n  alive: ".join(told) + "\n")
    assert len(found) > 250
    assert {check.name for check in alive} == set(SURVIVORS), "each survivor is explained, and each explained one survives"
    assert list(red(walk, set(walk))) == [], "green after"


def test_a_check_is_found_wherever_a_function_can_refuse():
    """The finder finds: a refusal, either side of a choice, each link of a chain, a ruling handed on, a condition; and not a yes."""
    source = "def may(by):\n    if by:\n        return HIDDEN\n    return YES if by.a or by.b else (a(by) and no('x'))\n"
    places = [(ast.unparse(place), instead) for place, instead in _places(ast.parse(source).body[0])]
    assert [place for place, instead in places if instead == "YES"] == ["a(by)", "no('x')", "HIDDEN"]
    assert {place for place, instead in places if instead != "YES"} == {"by", "by.a", "by.b", "by.a or by.b"}
