"""Write the pages of documentation that are drawn from the code: states and moves, and who may what."""

import csv
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import TextChoices
from django.utils import translation

from assessments.lifecycle import CITY_READS, CYCLE_MOVES, MOVES, NEEDS_REASON, Asked, CycleStatus, Lock, Status
from reviews.lifecycle import APPEAL_MOVES, APPEAL_READS, AWARD_MOVES, BATCH_MOVES, AppealStatus, AwardStatus, Batch, Kind, Stage
from wwc.invariants import TRUTHS

TABLE = "tests/permissions/matrix.csv"
DRAWN = "Drawn by `manage.py draw_docs`; a test keeps it equal to the code."
ROLES = {
    "CC": "contributor of the city",
    "CL": "city lead",
    "CS": "signatory",
    "RV": "reviewer, assigned and declared",
    "PL": "practice lead of the area",
    "ST": "program staff",
    "DI": "director who is not staff as well",
    "conflict": "staff and director in conflict with the city",
    "other": "lead of another city",
    "stranger": "has an account and no part",
}


class Command(BaseCommand):
    """`manage.py draw_docs`"""

    help = "Write docs/lifecycle.md and docs/permissions.md from the code. With --check only say whether they are equal to it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """To write, or to compare."""
        parser.add_argument("--check", action="store_true", help="write nothing; end with 1 where a page is not as the code is")

    def handle(self, *args: Any, **options: Any) -> None:
        """Draw each page."""
        other = []
        for name, draw in PAGES.items():
            path, drawn = settings.BASE_DIR / name, draw()
            if path.is_file() and path.read_text() == drawn:
                continue
            other.append(name)
            if not options["check"]:
                path.write_text(drawn)
                self.stdout.write(f"{name} written.")
        if options["check"] and other:
            raise CommandError(f"Not as the code is: {', '.join(other)}. Run manage.py draw_docs.")


STATES = """\
Few states are stored; what follows from rows is derived by queries. A state changes only in `move_to` of its row: a lawful
move, compared and set, with its event in the same transaction. Time is compared with the clock of the database after the row
is locked, so no job has to flip a flag for a deadline to hold."""
REOPENED = "*Reopened* is derived from a sent question, a granted request or an admitted appeal, each as long as its time runs."
BETRAYED = """\
*Needs a reason* marks the moves that are refused without words why. In review, ready and decided read the same to the city:
a state must not betray an outcome. From announced it goes back only while a release can be taken back."""
APPEALED = """\
Of one verdict of a released award, inside the window of its round. It never moves the assessment: the version that is out stays
until another one is released, in the batch that tells all appeals of the round on one day. From admitted to confirmed the city
reads the same; from told it goes back only while that batch can be taken back."""
KEPT = """\
`manage.py check_invariants` checks each of these on the live database, names every row where it is not so and ends with 1.
What needs a person to look, and the counts of a board, are held by tests."""
WALKED = f"""\
The table is `{TABLE}`. Tests walk every line with a person of each role through the rulings in `access.py` and
through the page, each line in a world where the thing can be done."""
CELLS = """\
**yes**: may. **no**: may see it, not do it; the page answers 403 with the reason in words. **-**: not theirs to know; the
page answers 404, as for what never was. *When* says what else has to hold; asked at another moment the page says why not, and
nothing is done. A conflict of interest beats every role."""
OUTSIDE = """\
Outside the table: the public sees what was announced and nothing else; an invitation is accepted by who holds its link and,
if signed in, has its address; a token sees what its person may ([the API](api.md))."""


def lifecycle() -> str:
    """States, lawful moves and what must stay true, as Markdown."""
    with translation.override("en"):
        parts = [
            "# States and moves",
            DRAWN,
            STATES,
            "## Assessment",
            _assessments(),
            BETRAYED,
            "## Cycle",
            "Assessments move on their own submit, not in step with the cycle.",
            _moves(CycleStatus, CYCLE_MOVES),
            "## Answer",
            f"The lock that is stored: {_words(Lock)}. {REOPENED}",
            "Where the reading of one answer is, derived in this order; the first that holds counts:",
            _numbered(str(stage.label) for stage in Stage),
            "## Question to a city",
            f"Its states: {_words(Asked)}. It ends with one neutral word, so that its ending says nothing of the verdict.",
            "## Version of an award",
            f"Kinds: {_words(Kind)}. *Lapsed* is derived from the day until which an award stands.",
            _moves(AwardStatus, AWARD_MOVES),
            "## Round",
            "One announcement: whole or not at all, prepared by one person and announced by another.",
            _moves(Batch, BATCH_MOVES),
            "## Appeal",
            APPEALED,
            _appeals(),
            "## What must stay true",
            KEPT,
            "\n".join(f"{truth.number}. {truth.sentence}" for truth in TRUTHS),
        ]
    return "\n\n".join(parts) + "\n"


def permissions() -> str:
    """Who may what, as Markdown, from the table that the tests walk."""
    rows = list(csv.DictReader((settings.BASE_DIR / TABLE).read_text().splitlines()))
    parts = ["# Who may what", DRAWN, WALKED, CELLS, _table(["Role", "Who"], ([role, about] for role, about in ROLES.items()))]
    for part in dict.fromkeys(row["part"] for row in rows):
        lines = ([row["action"], *(row[role] for role in ROLES), row["when"]] for row in rows if row["part"] == part)
        parts += [f"## {part}", _table(["Action", *ROLES, "When"], lines)]
    return "\n\n".join([*parts, OUTSIDE]) + "\n"


PAGES: dict[str, Callable[[], str]] = {"docs/lifecycle.md": lifecycle, "docs/permissions.md": permissions}


def _appeals() -> str:
    """The same of an appeal."""
    lines = []
    for state in AppealStatus:
        following = [str(other.label) for other in AppealStatus if other in APPEAL_MOVES[state]]
        lines.append([f"{state.label} (`{state.value}`)", str(APPEAL_READS[state]), "; ".join(following) or "stays"])
    return _table(["State", "The city reads", "Goes to"], lines)


def _assessments() -> str:
    """Each state with what the city reads and where it goes."""
    lines = []
    for status in Status:
        following = [
            f"{other.label} (needs a reason)" if (status, other) in NEEDS_REASON else str(other.label)
            for other in Status
            if other in MOVES[status]
        ]
        lines.append([f"{status.label} (`{status.value}`)", str(CITY_READS[status]), "; ".join(following) or "stays"])
    return _table(["State", "The city reads", "Goes to"], lines)


def _moves(states: type[TextChoices], moves: Mapping[str, frozenset[str]]) -> str:
    """Each state with where it goes, in the order of the states."""
    lines = []
    for state in states:
        following = [str(other.label) for other in states if other in moves[state]]
        lines.append([f"{state.label} (`{state.value}`)", "; ".join(following) or "stays"])
    return _table(["State", "Goes to"], lines)


def _words(states: type[TextChoices]) -> str:
    return ", ".join(str(state.label) for state in states)


def _numbered(words: Iterable[str]) -> str:
    return "\n".join(f"{number}. {word}" for number, word in enumerate(words, 1))


def _table(head: list[str], lines: Iterable[list[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)
