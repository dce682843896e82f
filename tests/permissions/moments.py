"""The same acts at other moments: when the result is out, when the person had a hand in it before."""

from typing import Any

from assessments.actions import submitting
from assessments.models import Conflict, Cycle, Membership, Role
from reviews.models import PanelMember
from reviews.queries import results as result_rows
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.factories import results as make
from tests.factories import reviews


def of(who: dict[str, Any], reading: Cycle, deciding: Cycle, proposer: Any) -> dict[str, Any]:
    """What the lines about other moments are asked about, by their keys."""
    over = cases.started("Marlow")
    for role, part in (("CC", Role.CONTRIBUTOR), ("CL", Role.LEAD), ("CS", Role.SIGNATORY)):
        Membership.objects.create(city=over.city, person=who[role], role=part, added_at=NOW)
    submitting.withdraw(over, reason="Not this time.", by=who["ST"], at=NOW)
    read, waived = _read(who, reading)
    proposed, decided = (make.scored(make.city(name), 31, in_cycle=deciding) for name in ("Sable", "Tamsin"))
    own = make.awarding.propose(proposed, score=result_rows.current_score(proposed), kind="new", tier="gold", by=who["DI"], at=NOW)
    approved = make.approved(decided, proposer=proposer, director=who["DI"])
    for each in (over, read, proposed, decided):
        said = {"state": "declared", "said_at": NOW, "said_by": who["conflict"]}
        Conflict.objects.update_or_create(person=who["conflict"], city=each.city, cycle=each.cycle, defaults=said)
    return {
        "invite_after": over.city,
        "leave": Membership.objects.get(city=over.city, person=who["CC"]),
        "settle_own": reviews.answer(read, "A1"),
        "settle_assigned": reviews.answer(read, "A2"),
        "waive_own": waived,
        "approve_own": own,
        "retract_own": approved,
        "release_own": make.prepared([approved], by=who["DI"], slug="round-2"),
        "edit_published": deciding.standard,
    }


def _read(who: dict[str, Any], cycle: Cycle) -> tuple[Any, Conflict]:
    """A city that the practice lead reads too: one answer filed, one not; and what was waived for one of staff."""
    read = reviews.submitted("Bellhaven", cycle)
    reviews.declaring.declare_all(cycle, declared={}, by=who["PL"], at=NOW)
    reviews.declaring.declare_all(cycle, declared={}, by=who["RV"], at=NOW)
    lead = PanelMember.objects.get(person=who["PL"], cycle=cycle)
    reviews.find(reviews.assign(reviews.answer(read, "A1"), lead))
    reviews.assign(reviews.answer(read, "A2"), lead)
    said = {"state": "waived", "reason": "Long ago.", "said_at": NOW, "said_by": who["DI"]}
    return read, Conflict.objects.create(person=who["ST"], city=read.city, cycle=cycle, **said)
