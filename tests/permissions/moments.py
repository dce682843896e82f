"""The same acts at other moments: when the result is out, when the person had a hand in it before."""

from datetime import timedelta
from typing import Any

from assessments.actions import submitting
from assessments.models import Conflict, Cycle, Membership, Role
from reviews.actions import appealing
from reviews.lifecycle import AppealStatus
from reviews.models import Appeal, Hearing, PanelMember, Revocation
from reviews.queries import results as result_rows
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.factories import results as make
from tests.factories import reviews
from wwc.clock import staged_at


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
        **_appeals(who, deciding, proposer),
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


def _appeals(who: dict[str, Any], cycle: Cycle, proposer: Any) -> dict[str, Any]:
    """A city with a result: a verdict to appeal, appeals at every step, and one of a verdict that the practice lead settled."""
    approver = make.people.person("approver")
    case = make.scored(make.city("Umberton"), 24, in_cycle=cycle, settled_by="first-reader")
    for role, part in (("CC", Role.CONTRIBUTOR), ("CL", Role.LEAD), ("CS", Role.SIGNATORY)):
        Membership.objects.get_or_create(city=case.city, person=who[role], role=part, defaults={"added_at": NOW})
    make.released([make.approved(case, proposer=proposer, director=approver)], by=proposer, director=approver, slug="round-3")
    own = make.settled(make.city("Verrin"), make.met(24), in_cycle=cycle, settled_by="practice-lead")
    make.score_assessment(own.pk)
    make.released([make.approved(own, proposer=proposer, director=approver)], by=proposer, director=approver, slug="round-4")
    for each in (case, own):
        for person in ("RV", "PL"):
            Conflict.objects.create(cycle=cycle, city=each.city, person=who[person], state="none", said_at=NOW, said_by=who[person])
        said = {"state": "declared", "said_at": NOW, "said_by": who["conflict"]}
        Conflict.objects.create(person=who["conflict"], city=each.city, cycle=cycle, **said)
    out, ours = (result_rows.released_award(each) for each in (case, own))
    why = {"reason": "They left the program.", "note": "Ended at the city's wish.", "proposed_at": NOW}
    asked = Revocation.objects.create(award=out, proposed_by=approver, **why)
    asked_by_director = Revocation.objects.create(award=ours, proposed_by=who["DI"], **why)
    reader = PanelMember.objects.get(person=who["RV"], cycle=cycle)
    free, *codes = [code for code in make.met(43) if code not in make.met(24)][:5]
    filed, heard, settled, confirmed = (_appealed(case, code, by=who["CL"]) for code in codes)
    theirs = _appealed(own, free, by=proposer)
    later = NOW + timedelta(days=2)
    with staged_at(later):
        for each in (heard, settled, confirmed):
            appealing.admit(each, reader=reader, by=proposer, at=later)
            each.refresh_from_db()
        appealing.admit(theirs, by=proposer, at=later)
    for each, person in ((settled, "approver"), (confirmed, "director")):
        Hearing.objects.create(appeal=each, verdict="met", rationale="It is there.", heard_at=later, heard_by=make.people.person(person))
        each.refresh_from_db()
        each.move_to(AppealStatus.SETTLED, by=proposer, at=later)
    return {
        "file_appeal": reviews.answer(case, free), "read_own_appeal": reviews.answer(case, codes[0]), "withdraw_appeal": filed,
        "admit_appeal": filed, "refuse_appeal": filed, "hand_appeal": heard, "see_appeal": filed, "hear_appeal": heard,
        "correct_award": case, "propose_revocation": out, "confirm_revocation": asked, "confirm_own_revocation": asked_by_director,
        "choose_targets": case,
        "drop_revocation": out, "hear_involved": theirs, "confirm_appeal": settled, "send_back_appeal": settled, "confirm_own": confirmed,
    }  # fmt: skip


def _appealed(case: Any, code: str, by: Any) -> Appeal:
    """An appeal the day after the announcement."""
    at = NOW + timedelta(days=1)
    with staged_at(at):
        return appealing.file(reviews.answer(case, code), reason="It is in the annex.", on_behalf="They called.", by=by, at=at)
