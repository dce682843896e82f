"""A plan as a table, out and in: what a file would change, row by row, before anything is changed."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from reviews.models import PanelMember
from reviews.queries.plan import AGAINST, Key, Line, Plan, name

COLUMNS = ("city", "city_name", "area", "slot", "answers", "criteria", "reader", "reader_name", "reason")
NEEDED = ("city", "area", "slot", "reader")


@dataclass(frozen=True)
class Difference:
    """A row of a file that says somebody else than the plan."""

    row: int
    line: Line
    member: PanelMember | None

    @property
    def field(self) -> str:
        """How the page says it again when the person confirms."""
        return f"{name(self.line.key)}={self.member.pk if self.member else 0}"


@dataclass(frozen=True)
class FileRead:
    """What a file says: how many rows, which differ from the plan, and which cannot be taken, each with its number."""

    rows: int
    differences: tuple[Difference, ...]
    wrong: tuple[tuple[int, str], ...]


def rows_of(plan: Plan) -> list[dict[str, Any]]:
    """The lines of a plan, one a row."""
    return [
        {
            "city": line.assessment.city.slug, "city_name": str(line.assessment.city), "area": line.area.code, "slot": plan.slot,
            "answers": len(line.answers), "criteria": " ".join(line.codes),
            "reader": line.member.person.email if line.member else "", "reader_name": str(line.member.person) if line.member else "",
            "reason": line.reason,
        }
        for line in plan.lines
    ]  # fmt: skip


def differences(plan: Plan, rows: list[tuple[int, dict[str, str]]]) -> FileRead:
    """Compare a file with the plan. A row that cannot be taken is named with its reason and left out."""
    lines = {(line.assessment.city.slug, line.area.code.casefold()): line for line in plan.lines}
    members = {member.person.email.casefold(): member for _pk, member in sorted(plan.members.items(), reverse=True)}
    at: dict[Key, tuple[int, PanelMember | None]] = {}
    wrong: list[tuple[int, str]] = []
    for number, cells in rows:
        line = lines.get((cells.get("city", "").casefold(), cells.get("area", "").casefold()))
        email = cells.get("reader", "").casefold()
        if cells.get("slot", "") != plan.slot:
            wrong.append((number, _('"%(value)s" is not the reading that this page plans.') % {"value": cells.get("slot", "")}))
        elif line is None:
            said = {"city": cells.get("city", ""), "area": cells.get("area", "")}
            wrong.append((number, _("%(city)s, %(area)s wants no reader here. What is being read does not move.") % said))
        elif line.key in at:
            wrong.append((number, _("The same line is in row %(row)d already.") % {"row": at[line.key][0]}))
        elif email and email not in members:
            wrong.append((number, _('"%(value)s" is not the address of anybody on the panel.') % {"value": cells.get("reader", "")}))
        else:
            at[line.key] = number, _the_same(line, email) or members.get(email)
    changes = {key: member.pk if member else None for key, (_row, member) in at.items() if member != plan.by_key[key].member}
    _after, refused = plan.changed(changes)
    wrong += [(at[key][0], AGAINST[why][:1].upper() + AGAINST[why][1:]) for key, why in refused.items()]
    kept = [Difference(at[key][0], plan.by_key[key], at[key][1]) for key in changes if key not in refused]
    return FileRead(len(rows), tuple(sorted(kept, key=lambda each: each.row)), tuple(sorted(wrong)))


def _the_same(line: Line, email: str) -> PanelMember | None:
    """Who reads the line now, where the file says the same person: one person can have two parts."""
    return line.member if line.member and line.member.person.email.casefold() == email else None


def changes_of(fields: list[str]) -> dict[Key, int | None]:
    """What the person confirmed, as the page sent it again; anything else is left out."""
    found: dict[Key, int | None] = {}
    for field in fields:
        parts = field.replace("=", ":").split(":")
        if len(parts) == 3 and all(part.isdecimal() and len(part) < 19 for part in parts):
            found[int(parts[0]), int(parts[1])] = int(parts[2]) or None
    return found
