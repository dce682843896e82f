"""The act behind each line of the table, as its action is called: by the key of the line, given the world and the person."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from assessments.actions import (
    acting,
    answering,
    claiming,
    clarifying,
    copying,
    delegating,
    documenting,
    drafting,
    importing,
    inviting,
    joining,
    listing,
    noting,
    posting,
    printing,
    reopening,
    requesting,
    scheduling,
    submitting,
    wording,
)
from assessments.models import Role
from criteria.actions import drafting as editing
from criteria.actions import publishing
from reviews.actions import (
    announcing,
    appealing,
    asking,
    assigning,
    awarding,
    breaking,
    calibrating,
    calling,
    declaring,
    erasing,
    exporting,
    planning,
    resolving,
    revoking,
    scoring,
    targeting,
    validating,
    writing,
)
from reviews.actions import drafting as reading
from reviews.actions import noting as remarking
from reviews.models import Accord, PanelMember
from reviews.queries import results
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.permissions.world import World, panel_seen, query, subject
from wwc.insights import actions as insights
from wwc.outbox import webhooks
from wwc.outbox.models import Letter, Work

LATER = NOW + timedelta(days=23_700)
WHY = {"reason": "Because it is so."}
SAID: dict[str, Any] = {"claim": "met", "ticks": [1], "narrative": "New words.", "based_on": 0}
NAMED = {"name": "Another name", "rounding": "exact", "in_force": "", "note": ""}
PLACE: dict[str, Any] = {
    "name": "New Haven Cove", "country": "US", "subdivision": "OH", "population": 70000, "population_as_of": NOW.date(),
    "population_source": "A list", "source": "A list",
}  # fmt: skip
TOLD: dict[str, Any] = {"held_at": NOW, "participants": "The clerk", "said": "It is signed."}
POLICY: dict[str, Any] = {
    "second_reading": {"core": True, "near_line": 2, "random_share": 0.1, "flagged": True}, "seed": 1, "rounds_of_questions": 2,
    "question_days": 10, "holidays": [],
}  # fmt: skip
VERDICT = {"verdict": "met", "rationale": "It is there."}

Act = Callable[[World, dict[str, Any]], Any]


def about(key: str, it: World) -> Any:
    """What the line is asked about."""
    return subject(key, it)[0]


def _file(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"Some words.")


def _answer(it: World, code: str = "DM1") -> Any:
    return cases.answer(it.case, code)


def _member(it: World) -> PanelMember:
    return PanelMember.objects.select_related("cycle", "person").get(pk=it.assignment.member_id)


# What each does with the world and with `by` and `at`.
ACTS: dict[str, Act] = {
    "save_answer": lambda it, who: answering.save(_answer(it), **SAID, **who),
    "keep_draft": lambda it, who: drafting.keep(_answer(it), **SAID, **who),
    "restore": lambda it, who: answering.restore(_answer(it), number=1, based_on=0, **who),
    "hand": lambda it, who: delegating.hand(it.case, answers=[_answer(it)], to=it.people["CC"], due_on=LATER.date(), **who),
    "take_back_criterion": lambda it, who: delegating.take_back(it.handed, **who),
    "note": lambda it, who: noting.note(_answer(it), text="For us.", **who),
    "add_evidence": lambda it, who: documenting.attach_link(_answer(it), url="https://example.org/a", note="A page.", **who),
    "copy_forward": lambda it, who: copying.copy_forward(it.case, source=it.reading, **who),
    "confirm_copy": lambda it, who: copying.confirm(_answer(it), **who),
    "replace_evidence": lambda it, who: documenting.replace(it.evidence, upload=_file("newer.txt"), **who),
    "take_off_evidence": lambda it, who: documenting.detach(it.use, **who),
    "point_evidence": lambda it, who: documenting.point(it.use, pages="7", **who),
    "use_evidence": lambda it, who: documenting.reuse(_answer(it, "DM2"), evidence=it.evidence, **who),
    "describe_evidence": lambda it, who: documenting.describe(it.evidence, title="It", confidential=True, expires_on=None, **who),
    "gather_evidence": lambda it, who: documenting.gather(it.case.city, **who),
    "reply": lambda it, who: clarifying.keep_reply(it.question, text="Here.", seen_at=NOW, **SAID, **who),
    "send_replies": lambda it, who: clarifying.send_replies(it.reading, **who),
    "act_as": lambda it, who: acting.begin(it.case.city, **WHY, **who),
    "invite": lambda it, who: inviting.invite(it.case.city, email="more@city.example", role=Role.CONTRIBUTOR, **who),
    "invite_after": lambda it, who: inviting.invite(about("invite_after", it), email="more@city.example", role=Role.CONTRIBUTOR, **who),
    "hand_over": lambda it, who: inviting.hand_over_lead(it.case.city, to=it.people["CC"], **who),
    "remove": lambda it, who: inviting.remove(it.team["CS"], **who),
    "leave": lambda it, who: inviting.remove(about("leave", it), **who),
    "add_member": lambda it, who: inviting.add_member(it.case.city, person=it.people["stranger"], role=Role.LEAD, **who),
    "ask_to_join": lambda it, who: joining.ask(it.case.cycle, city=it.case.city, name="Ana Ruiz", email="a@city.example", **who),
    "decide_joining": lambda it, who: joining.refuse(it.newcomer, words="Not this time.", **who),
    "claim": lambda it, who: claiming.ask(it.case.city, name="Ana Ruiz", email="other@city.example", **who),
    "answer_claim": lambda it, who: claiming.oppose(it.claim, **who),
    "decide_claim": lambda it, who: claiming.grant(it.claim, **who),
    "record_domain": lambda it, who: listing.record_domain(it.case.city, domain="port-lindell.gov", source="Its page", **who),
    "take_domain_back": lambda it, who: listing.take_domain_back(it.case.city, domain="port-lindell.gov", **WHY, **who),
    "correct_address": lambda it, who: inviting.correct_address(it.team["CS"], email="right@example.org", **WHY, **who),
    "resend": lambda it, who: inviting.resend(it.invitation, **who),
    "start": lambda it, who: submitting.start(it.case.city, it.reading.cycle, **who),
    "import": lambda it, who: importing.read(it.case, upload=_file("answers.xlsx"), **who),
    "confirm_import": lambda it, who: importing.confirm(it.brought, choices={"DM1": (True, 0)}, **who),
    "ask_paper": lambda it, who: printing.ask(it.case, kind="blank", language="es", **who),
    "attest": lambda it, who: submitting.attest(it.case, **who),
    "submit": lambda it, who: submitting.submit(it.case, consent="tier", **WHY, **who),
    "withdraw": lambda it, who: submitting.withdraw(it.case, **WHY, **who),
    "extend": lambda it, who: scheduling.extend(it.case, due_at=LATER, **WHY, **who),
    "reopen": lambda it, who: submitting.reopen(it.case, **WHY, **who),
    "ask_for_time": lambda it, who: requesting.ask_for_time(it.case, until=LATER, **WHY, **who),
    "ask_to_reopen": lambda it, who: reopening.ask_to_reopen(it.answer, **WHY, **who),
    "decide_request": lambda it, who: requesting.refuse_time(it.asked_time, words="We need it by then.", **who),
    "finish": lambda it, who: reopening.finish(it.reopened, **who),
    "call_signatories": lambda it, who: submitting.call_signatories(it.case, **who),
    "schedule": lambda it, who: scheduling.open_cycle(it.case.cycle, **who),
    "close_cycle": lambda it, who: scheduling.close_cycle(it.case.cycle, **who),
    "add_city": lambda it, who: listing.add_city(**PLACE, **who),
    "see_work": lambda it, who: posting.retry(Work.objects.filter(city_id=None).order_by("pk")[0], **who),
    "send_again": lambda it, who: posting.send_again(Letter.objects.filter(kind="conflict_request")[0], **who),
    "declare": lambda it, who: declaring.declare_all(it.reading.cycle, declared={}, **who),
    "find_conflict": lambda it, who: declaring.record_found(it.reading.cycle, person=it.people["RV"], city=it.reading.city, **WHY, **who),
    "waive": lambda it, who: declaring.waive(it.conflict, **WHY, **who),
    "waive_own": lambda it, who: declaring.waive(about("waive_own", it), **WHY, **who),
    "break_glass": lambda it, who: breaking.break_glass(it.reading.city, minutes=15, **WHY, **who),
    "end_glass": lambda it, who: breaking.end_glass(it.glass, **who),
    "manage_panel": lambda it, who: assigning.add_member(it.reading.cycle, person=it.people["stranger"], **who),
    "change_member": lambda it, who: assigning.change_member(_member(it), areas=[], cap=9, languages=["en"], employers=[], **who),
    "assign": lambda it, who: assigning.assign(it.answer, member=_member(it), slot="second", **who),
    "change_plan": lambda it, who: planning.change(
        it.reading.cycle, slot="first", changes={(it.reading.pk, it.answer.criterion.area_id): None}, **who
    ),
    "publish_plan": lambda it, who: planning.publish(it.reading.cycle, slot="first", seen="", **who),
    "step_aside": lambda it, who: assigning.recuse(it.assignment, **WHY, **who),
    "record_finding": lambda it, who: validating.record_finding(
        it.assignment, version=it.answer.current, verdict="met", ticks=[1, 2], **who
    ),
    "keep_finding": lambda it, who: reading.put_off(it.assignment, **WHY, **who),
    "keep_phrase": lambda it, who: reading.add_phrase("The policy has no date.", **who),
    "keep_program_phrase": lambda it, who: reading.add_phrase("The policy has no date.", for_all=True, **who),
    "end_phrase": lambda it, who: reading.end_phrase(it.phrase, **who),
    "confirm": lambda it, who: validating.confirm_as_city_says(it.reading, answers=[], **who),
    "ask": lambda it, who: asking.ask_about(it.answer, text="Which year?", **who),
    "send_questions": lambda it, who: asking.send_letter(it.reading, **who),
    "drop_question": lambda it, who: asking.drop_question(it.draft_question, **who),
    "agree": lambda it, who: resolving.agree(it.answer, **who),
    "agree_all": lambda it, who: resolving.agree_all(it.reading, **who),
    "propose_consensus": lambda it, who: resolving.propose_consensus(it.answer, **VERDICT, **who),
    "accept_consensus": lambda it, who: resolving.accept_consensus(Accord(answer=it.answer), **who),
    "pass_on": lambda it, who: resolving.pass_on(it.answer, **who),
    "log_call": lambda it, who: calling.log_call(it.reading, **TOLD, **who),
    "correct_call": lambda it, who: calling.correct_call(it.call, **TOLD, **who),
    "write_note": lambda it, who: remarking.note_on_case(it.reading, text="Look again.", **who),
    "plan_calibration": lambda it, who: calibrating.draft_round(it.reading.cycle, area=it.answer.criterion.area, **who),
    "practise": lambda it, who: calibrating.practise(it.practice, verdict="met", rationale="", **who),
    "lead_talk": lambda it, who: calibrating.end_round(it.practice.calibration, talk="A draft is no policy.", **who),
    "set_policy": lambda it, who: scheduling.set_policy(it.reading.cycle, **POLICY, **who),
    "settle": lambda it, who: resolving.settle(it.answer, **VERDICT, **who),
    "settle_own": lambda it, who: resolving.settle(about("settle_own", it), **VERDICT, **who),
    "settle_assigned": lambda it, who: resolving.settle(about("settle_assigned", it), **VERDICT, **who),
    "declare_ready": lambda it, who: resolving.declare_ready(it.reading, **who),
    "propose": lambda it, who: awarding.propose(it.ready, score=results.current_score(it.ready), kind="new", tier="gold", **who),
    "approve": lambda it, who: awarding.approve(it.award, **who),
    "approve_own": lambda it, who: awarding.approve(about("approve_own", it), **who),
    "retract": lambda it, who: awarding.retract(it.award, **WHY, **who),
    "retract_own": lambda it, who: awarding.retract(about("retract_own", it), **WHY, **who),
    "recompute": lambda it, who: scoring.recompute(it.decided.cycle, **who),
    "announce": lambda it, who: announcing.draft_round(it.decided.cycle, slug="third", name="Third", **who),
    "prepare": lambda it, who: announcing.prepare(it.batch, announce_at=LATER, **who),
    "release": lambda it, who: announcing.release(it.batch, **who),
    "release_own": lambda it, who: announcing.release(about("release_own", it), **who),
    "take_back": lambda it, who: announcing.take_back(it.batch, **WHY, **who),
    "hook": lambda it, who: webhooks.make("A mirror", "https://example.org/hook", **who),
    "reword": lambda it, who: wording.reword(it.words, subject="Another", body="Other words.", seen=wording.said(it.words), **who),
    "write_to_many": lambda it, who: writing.write(
        "panel", asked=query("write_to_many", it), subject="Soon", words="Soon.", seen=panel_seen(it), **who
    ),
    "export": lambda it, who: exporting.ask(it.ready.cycle, form="csv", tables=["scores"], **who),
    "ask_to_erase": lambda it, who: erasing.ask(it.people["CL"], **WHY, **who),
    "confirm_erasure": lambda it, who: erasing.confirm(it.erasure, **who),
    "confirm_own_erasure": lambda it, who: erasing.confirm(it.erasure_of_director, **who),
    "drop_erasure": lambda it, who: erasing.drop(it.erasure, **who),
    "recompute_insights": lambda it, who: insights.recompute(it.ready.cycle, **who),
    "fetch_export": lambda it, who: exporting.fetch(it.export, **who),
    "correct_award": lambda it, who: awarding.correct(about("correct_award", it), kind="new", tier="gold", note="A slip.", **WHY, **who),
    "propose_revocation": lambda it, who: revoking.propose_revocation(about("propose_revocation", it), note="It ended.", **WHY, **who),
    "confirm_revocation": lambda it, who: revoking.confirm_revocation(about("confirm_revocation", it), **who),
    "confirm_own_revocation": lambda it, who: revoking.confirm_revocation(about("confirm_own_revocation", it), **who),
    "drop_revocation": lambda it, who: revoking.drop_revocation(about("confirm_revocation", it), **who),
    "choose_targets": lambda it, who: targeting.choose(about("choose_targets", it), codes=[], **who),
    "file_appeal": lambda it, who: appealing.file(about("file_appeal", it), reason="It is in the annex.", on_behalf="They called.", **who),
    "withdraw_appeal": lambda it, who: appealing.withdraw(about("withdraw_appeal", it), **who),
    "admit_appeal": lambda it, who: appealing.admit(about("admit_appeal", it), **who),
    "refuse_appeal": lambda it, who: appealing.refuse(about("refuse_appeal", it), words="It brings nothing new.", **who),
    "hand_appeal": lambda it, who: appealing.hand(about("hand_appeal", it), reader=about("hand_appeal", it).reader, **who),
    "hear_appeal": lambda it, who: appealing.settle(about("hear_appeal", it), **VERDICT, **who),
    "hear_involved": lambda it, who: appealing.settle(about("hear_involved", it), **VERDICT, **who),
    "confirm_appeal": lambda it, who: appealing.confirm(about("confirm_appeal", it), **who),
    "send_back_appeal": lambda it, who: appealing.send_back(about("send_back_appeal", it), **WHY, **who),
    "confirm_own": lambda it, who: appealing.confirm(about("confirm_own", it), **who),
    "announce_appeals": lambda it, who: announcing.draft_appeals(it.batch, slug="heard", name="Heard", **who),
    "draft_edition": lambda it, who: publishing.draft_next(it.published, code="2031", name="Next", **who),
    "edit_edition": lambda it, who: editing.edit_standard(it.edition, **NAMED, **who),
    "edit_published": lambda it, who: editing.edit_standard(about("edit_published", it), **NAMED, **who),
    "publish_edition": lambda it, who: publishing.publish(it.edition, **who),
    "retire_edition": lambda it, who: publishing.retire(it.published, **who),
}
# Lines that are a look and no act: the walk through the pages asks for them.
LOOKS = frozenset({
    "read_history", "read_document", "read_case", "read_letters", "see_team", "see_joining", "see_claims", "workbook", "fetch_paper",
    "see_requests", "read_letter", "see_all_letters", "see_glass", "fetch_plan", "see_quality",
    "see_calibration", "try_edition", "read_calls", "read_answer", "fetch_evidence", "see_page",
    "see_undecided", "see_insights", "own_result", "own_certificate", "own_kit", "look_at_kit", "see_appeals", "see_people",
    "own_tokens", "own_letters",
    "token_draft", "token_evidence", "token_questions", "token_result", "token_cases", "token_scores", "token_awards",
})  # fmt: skip
