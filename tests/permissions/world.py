"""A small world with a person of each role, and what each line of the table is asked about."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from assessments.actions import claiming, delegating, inviting, joining
from assessments.actions.wording import said as words_of
from assessments.lifecycle import Asked
from assessments.models import (
    Answer,
    Assessment,
    BrokenGlass,
    ClaimRequest,
    Clarification,
    Conflict,
    Delegation,
    Evidence,
    ExtensionRequest,
    Import,
    Invitation,
    JoinRequest,
    Membership,
    Paper,
    Preview,
    PreviewSheet,
    ReopenRequest,
    Role,
)
from criteria.actions import publishing
from criteria.models import Standard
from reviews.actions import calling, drafting, erasing
from reviews.models import Announcement, Assignment, Award, CalibrationItem, Call, Erasure, Export, PanelMember, Phrase
from reviews.queries import audiences
from reviews.queries import results as result_rows
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.factories import people, reviews
from tests.factories import results as make
from tests.permissions import moments
from wwc.clock import staged_at
from wwc.outbox.models import Letter, LetterText

ROLES = ("CC", "CL", "CS", "RV", "PL", "ST", "DI", "conflict", "other", "stranger")


@dataclass
class World:
    """The people by role, and the rows that they act on."""

    people: dict[str, Any]
    case: Assessment
    evidence: Evidence
    brought: Import
    printed: Paper
    use: Any
    handed: Delegation
    team: dict[str, Membership]
    question: Clarification
    reading: Assessment
    answer: Answer
    assignment: Assignment
    document: Any
    draft_question: Clarification
    call: Call
    practice: CalibrationItem
    conflict: Conflict
    glass: BrokenGlass
    ready: Assessment
    decided: Assessment
    award: Award
    batch: Announcement
    edition: Standard
    published: Standard
    newcomer: JoinRequest
    claim: ClaimRequest
    invitation: Invitation
    asked_time: ExtensionRequest
    reopened: ReopenRequest
    moments: dict[str, Any]
    phrase: Phrase
    export: Export
    erasure: Erasure
    erasure_of_director: Erasure
    words: LetterText


def world() -> World:
    """Four cities of one team: one that writes, one that is read, one that is ready, one with a proposal; and a round."""
    case = cases.started()
    use = cases.proven(case)
    staff, director = cases.staff(), people.person("director", is_director=True)
    proposer, approver = people.person("proposer", is_staff=True), people.person("approver", is_staff=True, is_director=True)
    who = {
        "CC": cases.contributor(case.city),
        "CL": cases.lead(case.city),
        "CS": cases.signatory(case.city),
        "RV": people.person("reader"),
        "PL": people.person("practice-lead"),
        "ST": staff,
        "DI": director,
        "conflict": people.person("conflicted", is_staff=True, is_director=True),
        "other": cases.lead(cases.started("Quillon").city),
        "stranger": people.person("stranger"),
    }
    handed = delegating.hand(case, answers=[cases.answer(case, "DM2")], to=who["CC"], due_on=cases.DUE.date(), by=who["CL"], at=NOW)[0]
    team = {role: Membership.objects.get(city=case.city, person=who[role]) for role in ("CC", "CL", "CS")}
    reading, answer, assignment, question, draft = _reading(who)
    call = calling.log_call(reading, held_at=NOW, participants="The clerk", said="It is signed.", answers=[answer], by=who["RV"], at=NOW)
    ready, decided, award, batch = _deciding(who, proposer, approver)
    conflict = Conflict.objects.get(person=who["PL"], city=decided.city)
    for each in (case, reading, ready, decided):
        _member_of(each, who)
        Conflict.objects.update_or_create(
            person=who["conflict"],
            city=each.city,
            cycle=each.cycle,
            defaults={"state": "declared", "said_at": NOW, "said_by": who["conflict"]},
        )
    default_storage.save("aa/one", ContentFile(b"The policy."))
    brought = Import.objects.create(assessment=case, filename="answers.xlsx", sha256="0" * 64, read_at=NOW, read_by=who["CL"])
    stored = default_storage.save("papers/one.pdf", ContentFile(b"%PDF-1.7 a paper"))
    made: dict[str, Any] = {"kind": "blank", "asked_at": NOW, "asked_by": who["CL"], "made_at": NOW, "stored": stored, "sha256": "0" * 64}
    printed = Paper.objects.create(assessment=case, **made)
    edition = publishing.draft_next(Standard.objects.get(code="2022"), code="2030", name="Next", by=staff, at=NOW)
    document = reviews.document(answer)
    preview = Preview.objects.create(version=document, outcome="drawn", of=1, drawn=1, made_at=NOW)
    PreviewSheet.objects.create(preview=preview, number=1, stored="aa/one", width=10, height=10)
    return World(
        people=who, case=case, evidence=use.evidence, use=use, handed=handed, brought=brought, printed=printed,
        team=team, question=question, reading=reading, answer=answer,
        assignment=assignment, document=document, draft_question=draft, call=call,
        practice=reviews.practice(reading.cycle), conflict=conflict,
        glass=_glass(reading, approver), ready=ready, decided=decided,
        award=award, batch=batch, edition=edition, published=Standard.objects.get(code="2022"),
        claim=_claim(case), invitation=inviting.invite(case.city, email="new@city.example", role=Role.CONTRIBUTOR, by=staff, at=NOW),
        newcomer=joining.ask(case.cycle, city=case.city, name="Ana Ruiz", email="ana@city.example", by=None, at=NOW),
        phrase=drafting.add_phrase("A draft does not count.", for_all=True, by=staff, at=NOW),
        asked_time=cases.asked_for_time(case), reopened=cases.opened_again(reading, "B2", by=who["CL"]),
        export=_export(ready, staff),
        erasure=erasing.ask(who["CC"], reason="By a letter.", by=staff, at=NOW),
        erasure_of_director=erasing.ask(who["CS"], reason="By a call.", by=director, at=NOW),
        words=LetterText.objects.get(key="received", language="en"),
        moments=moments.of(who, reading.cycle, decided.cycle, proposer),
    )  # fmt: skip


def _glass(reading: Assessment, person: Any) -> BrokenGlass:
    """Another director looks at the city that is read."""
    until = timezone.now() + timedelta(hours=1)
    return BrokenGlass.objects.create(person=person, city=reading.city, reason="A leak.", broken_at=NOW, until=until)


def _export(case: Assessment, person: Any) -> Export:
    """Tables that somebody of staff asked for and a worker wrote, without the cities closed to them."""
    stored = default_storage.save("papers/export.zip", ContentFile(b"PK"))
    made: dict[str, Any] = {"asked_at": NOW, "asked_by": person, "made_at": NOW, "stored": stored, "sha256": "0" * 64}
    return Export.objects.create(cycle=case.cycle, form="csv", tables=["scores"], **made)


def _claim(case: Assessment) -> ClaimRequest:
    """Somebody with a proved address asks to become a lead."""
    claim = claiming.ask(case.city, name="Ana Ruiz", email="ana@city.example", by=None, at=NOW)
    with staged_at(NOW):
        return claiming.prove(claim, by=None, at=NOW)


def _reading(who: dict[str, Any]) -> tuple[Assessment, Answer, Assignment, Clarification, Clarification]:
    """A city that is read: one answer assigned, one asked about, one with a question that waits."""
    of = reviews.cycle()
    assessment = reviews.submitted("Alder Reach", of, B2="not_met")
    reader = reviews.reader(of, "reader")
    reviews.reader(of, "practice-lead", part="lead", areas=["A"])
    answer = reviews.answer(assessment, "A1")
    assignment = reviews.assign(answer, reader)
    reviews.assign(reviews.answer(assessment, "A2"), reader)
    waiting = reviews.asking.ask_about(reviews.answer(assessment, "A2"), text="Which year?", by=who["RV"], at=NOW)
    asked = reviews.asking.ask_about(reviews.answer(assessment, "B1"), text="Which office?", by=cases.staff(), at=NOW)
    Clarification.objects.filter(pk=asked.pk).update(status=Asked.SENT, sent_at=NOW, sent_by=cases.staff(), due_at=cases.DUE)
    asked.refresh_from_db()
    return assessment, answer, assignment, asked, waiting


def _deciding(who: dict[str, Any], proposer: Any, approver: Any) -> tuple[Assessment, Assessment, Award, Announcement]:
    """A city that is ready, one with a proposal, and a prepared round with the decision on a third; the reader sits on that panel too."""
    of = make.cycle("2025")
    ready, decided = (make.scored(make.city(name), 31, in_cycle=of) for name in ("Larkmoor", "Ossery"))
    told = make.approved(make.scored(make.city("Wexley"), 24, in_cycle=of), proposer=proposer, director=approver)
    score = result_rows.current_score(decided)
    award = make.awarding.propose(decided, score=score, kind="new", tier="gold", by=proposer, at=NOW)
    batch = make.prepared([told], by=proposer, announce_at=NOW)
    make.rendered(batch)
    for role, part in (("RV", "reviewer"), ("PL", "lead")):
        PanelMember.objects.create(cycle=of, person=who[role], part=part, joined_at=NOW, joined_by=proposer)
        for place in (ready.city, decided.city):
            Conflict.objects.create(cycle=of, city=place, person=who[role], state="none", said_at=NOW, said_by=who[role])
    Conflict.objects.filter(person=who["PL"], city=decided.city).update(state="declared", reason="Worked there.")
    return ready, decided, award, batch


def _member_of(case: Assessment, who: dict[str, Any]) -> None:
    """The same team works in every city."""
    for role, part in (("CC", Role.CONTRIBUTOR), ("CL", Role.LEAD), ("CS", Role.SIGNATORY)):
        Membership.objects.get_or_create(city=case.city, person=who[role], role=part, defaults={"added_at": NOW})


def subject(key: str, it: World) -> tuple[Any, ...]:
    """What the ruling of a line is asked about, besides the person."""
    answer = cases.answer(it.case)
    about: dict[str, Any] = {
        "save_answer": answer, "keep_draft": answer, "copy_forward": it.case,
        "confirm_copy": answer,
        "read_history": it.case.city, "restore": answer, "note": answer, "hand": it.case,
        "take_back_criterion": it.handed,
        "add_evidence": answer, "replace_evidence": it.evidence,
        "take_off_evidence": it.use, "point_evidence": it.use.answer, "use_evidence": it.evidence, "describe_evidence": it.evidence,
        "read_document": it.case.city, "gather_evidence": it.case.city, "reply": it.question, "send_replies": it.reading,
        "read_case": it.case.city, "read_letters": it.case.city, "see_team": it.case.city, "act_as": it.case.city, "invite": it.case.city,
        "decide_joining": it.newcomer, "claim": it.case.city, "answer_claim": it.claim, "decide_claim": it.claim,
        "record_domain": it.case.city, "take_domain_back": it.case.city, "correct_address": it.team["CS"], "resend": it.case.city,
        "hand_over": it.case.city, "remove": it.team["CS"], "add_member": it.case.city, "start": it.case.city, "attest": it.case,
        "import": it.case, "confirm_import": it.case, "workbook": it.case, "ask_paper": it.case, "fetch_paper": it.case,
        "submit": it.case, "withdraw": it.case, "extend": it.case, "reopen": it.case, "declare": it.reading.cycle,
        "find_conflict": it.reading.city, "waive": it.conflict, "break_glass": it.reading.city,
        "end_glass": it.glass, "assign": it.reading, "change_plan": it.reading,
        "fetch_export": it.export, "ask_to_erase": it.people["CL"], "confirm_erasure": it.erasure,
        "confirm_own_erasure": it.erasure_of_director, "drop_erasure": it.erasure.person,
        "see_quality": it.reading.cycle, "see_calibration": it.reading.cycle, "practise": it.practice, "lead_talk": it.practice.calibration,
        "step_aside": it.assignment, "read_answer": it.answer,
        "fetch_evidence": it.answer, "record_finding": it.assignment, "keep_finding": it.assignment,
        "see_page": it.answer, "keep_phrase": False, "keep_program_phrase": True, "end_phrase": it.phrase,
        "confirm": it.reading, "ask": it.answer, "send_questions": it.reading,
        "drop_question": it.draft_question, "agree": it.answer, "agree_all": it.reading,
        "propose_consensus": it.answer, "accept_consensus": it.answer, "pass_on": it.answer, "settle": it.answer,
        "read_calls": it.reading, "log_call": it.reading, "correct_call": it.call, "write_note": it.reading,
        "declare_ready": it.reading, "see_undecided": it.ready, "propose": it.ready, "approve": it.award, "retract": it.award,
        "ask_for_time": it.case, "ask_to_reopen": it.answer, "decide_request": it.case.city, "finish": it.reopened,
        "call_signatories": it.case,
        "release": it.batch, "edit_edition": it.edition, "publish_edition": it.edition, "retire_edition": it.published,
    }  # fmt: skip
    about |= it.moments
    if key == "write_to_many":
        return "panel", query(key, it)
    return (about[key],) if key in about else ()


def query(key: str, it: World) -> dict[str, str]:
    """What the address of a line asks for besides."""
    return {"cycle": it.reading.cycle.slug} if key == "write_to_many" else {}


def panel_seen(it: World) -> str:
    """What stands for the panel, which is the same for whoever writes to it."""
    return audiences.whom("panel", query("write_to_many", it), it.people["ST"], NOW).digest


def request(key: str, it: World) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What the page of a line is asked with: the parts of its address, and the fields of its form."""
    case, code, again = it.case.pk, "DM1", {"reason": "Because it is so."}
    said = {"claim": "met", "narrative": "New words.", "based_on": cases.answer(it.case).version}
    asked: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
        "save_answer": ((case, code), said),
        "keep_draft": ((case, code), said),
        "copy_forward": ((case,), {}),
        "confirm_copy": ((case, code), {}),
        "read_history": ((case, code), {}),
        "restore": ((case, code, 1), {"based_on": 0}),
        "hand": ((case,), {"to": it.people["CC"].pk, "due": "2089-01-09", "criteria": code}),
        "take_back_criterion": ((it.handed.pk,), {}),
        "note": ((case, code), {"text": "For us."}),
        "add_evidence": ((case, code), {"link-url": "https://example.org/a", "link-note": "A page.", "link-pages": "1"}),
        "replace_evidence": ((it.evidence.pk,), {"file": SimpleUploadedFile("newer.txt", b"Newer words.")}),
        "take_off_evidence": ((it.use.pk,), {}),
        "point_evidence": ((it.use.pk,), {"pages": "7"}),
        "use_evidence": ((it.evidence.pk,), {"answers": [cases.answer(it.case, "DM2").pk]}),
        "describe_evidence": ((it.evidence.pk,), {"title": "The policy", "confidential": "on", "expires_on": "2090-01-01"}),
        "read_document": ((it.evidence.pk,), {}),
        "gather_evidence": ((it.case.city.slug,), {}),
        "reply": ((it.question.pk,), {"text": "Here.", "claim": "met", "narrative": "More.", "based_on": it.question.answer.version}),
        "send_replies": ((it.reading.pk,), {}),
        "read_case": ((case,), {}),
        "read_letters": ((it.case.city.slug,), {}),
        "read_letter": ((Letter.objects.get(kind="joined", to=it.people["CL"], city_id=it.case.city_id).pk,), {}),
        "send_again": ((Letter.objects.filter(kind="conflict_request")[0].pk,), {}),
        "see_team": ((it.case.city.slug,), {}),
        "act_as": ((it.case.city.slug,), again),
        "invite": ((it.case.city.slug,), {"email": "new@example.org", "role": "contributor"}),
        "hand_over": ((it.team["CC"].pk,), {}),
        "remove": ((it.team["CS"].pk,), {}),
        "answer_claim": ((it.claim.pk,), {}),
        "decide_claim": ((it.claim.pk,), {}),
        "record_domain": ((it.claim.pk,), {"domain": "port-lindell.gov", "source": "Its own page"}),
        "take_domain_back": ((it.claim.pk,), {"domain": "port-lindell.gov", **again}),
        "correct_address": ((it.team["CS"].pk,), {"email": "right@example.org", **again}),
        "resend": ((it.invitation.pk,), {}),
        "decide_joining": ((it.newcomer.pk,), {"words": "Not this time."}),
        "import": ((case,), {"file": SimpleUploadedFile("answers.xlsx", b"No workbook.")}),
        "confirm_import": ((it.brought.pk,), {"take-DM1": "file", "seen-DM1": "0"}),
        "workbook": ((case,), {}),
        "ask_paper": ((case,), {"kind": "blank"}),
        "fetch_paper": ((it.printed.pk,), {}),
        "attest": ((case,), {}),
        "submit": ((case,), {"consent": "tier"}),
        "withdraw": ((case,), again),
        "extend": ((case,), {"date": "2091-01-09", "time": "17:00", **again}),
        "reopen": ((case,), again),
        "ask_for_time": ((case,), {"due": "2091-01-09", **again}),
        "ask_to_reopen": ((it.reading.pk, "A1"), again),
        "decide_request": ((it.asked_time.pk,), {"words": "We need it by then.", "refuse": "1"}),
        "finish": ((it.reopened.pk,), {}),
        "call_signatories": ((case,), {}),
        "set_policy": ((it.case.cycle.slug,), {}),
        "close_cycle": ((it.case.cycle.slug,), {"to": "closed"}),
        "declare": ((it.reading.cycle.slug,), {}),
        "waive": ((it.conflict.pk,), again),
        "break_glass": ((), {"city": it.reading.city_id, "minutes": "15", **again}),
        "end_glass": ((it.glass.pk,), {}),
        "manage_panel": ((it.reading.cycle.slug,), {}),
        "change_member": ((it.assignment.member_id,), {}),
        "change_plan": ((it.reading.cycle.slug, it.reading.pk, "B"), {"reader": "0"}),
        "fetch_plan": ((it.reading.cycle.slug,), {}),
        "see_quality": ((it.reading.cycle.slug,), {}),
        "hook": ((), {"name": "A mirror", "url": "https://example.org/hook"}),
        "reword": (("received", "en"), {"subject": "Another", "body": "Other words.", "seen": words_of(it.words), "act": "save"}),
        "write_to_many": (("panel",), {"subject": "Soon", "words": "Soon.", "seen": panel_seen(it), "act": "send"}),
        "export": ((), {"cycle": it.ready.cycle.slug, "form": "csv", "tables": "scores"}),
        "fetch_export": ((it.export.pk,), {}),
        "ask_to_erase": ((it.people["CL"].pk,), again),
        "confirm_erasure": ((it.erasure.pk,), {}),
        "drop_erasure": ((it.erasure.pk,), {}),
        "recompute_insights": ((it.ready.cycle.slug,), {}),
        "plan_calibration": ((it.practice.calibration_id,), {}),
        "see_calibration": ((it.reading.cycle.slug,), {}),
        "practise": ((it.practice.pk,), {"verdict": "met"}),
        "lead_talk": ((it.practice.calibration_id,), {"talk": "A draft is no policy."}),
        "publish_plan": ((it.reading.cycle.slug,), {"slot": "first", "seen": ""}),
        "step_aside": ((it.assignment.pk,), again),
        "read_answer": ((it.answer.pk,), {}),
        "fetch_evidence": ((it.document.pk,), {}),
        "record_finding": ((it.assignment.pk,), {"verdict": "met", "ticks": [1, 2], "version": it.answer.current_id}),
        "keep_finding": ((it.assignment.pk,), {"rationale": "So far.", "version": it.answer.current_id}),
        "see_page": ((it.document.pk, 1), {}),
        "keep_phrase": ((), {"text": "The policy has no date."}),
        "end_phrase": ((it.phrase.pk,), {}),
        "confirm": ((it.reading.pk,), {}),
        "ask": ((it.answer.pk,), {"text": "Which year?", "required": "on"}),
        "send_questions": ((it.reading.pk,), {}),
        "drop_question": ((it.draft_question.pk,), {}),
        "agree": ((it.answer.pk,), {}),
        "propose_consensus": ((it.answer.pk,), {"verdict": "met", "rationale": "Both say so."}),
        "pass_on": ((it.answer.pk,), {}),
        "settle": ((it.answer.pk,), {"verdict": "met", "rationale": "It is there."}),
        "read_calls": ((it.reading.pk,), {}),
        "log_call": ((it.reading.pk,), {}),
        "correct_call": ((it.call.pk,), {}),
        "write_note": ((it.reading.pk,), {"text": "Look again."}),
        "declare_ready": ((it.reading.pk,), {}),
        "see_undecided": ((it.ready.pk,), {}),
        "propose": ((it.ready.pk,), {"score": result_rows.current_score(it.ready).pk, "given": "follows"}),
        "approve": ((it.award.pk,), {}),
        "retract": ((it.award.pk,), again),
        "try_edition": ((it.edition.code,), {}),
        "recompute": ((it.decided.cycle.slug,), {}),
        "prepare": ((it.batch.slug,), {"announce_at": (NOW + timedelta(days=3000)).isoformat()}),
        "release": ((it.batch.slug,), {}),
        "take_back": ((it.batch.slug,), again),
        "own_result": ((it.ready.pk,), {}),
        "choose_targets": ((it.moments["choose_targets"].pk,), {}),
        "own_certificate": ((it.moments["file_appeal"].assessment_id,), {}),
        "own_kit": ((it.moments["file_appeal"].assessment_id,), {}),
        "look_at_kit": ((it.batch.slug, it.batch.awards.get().pk), {}),
        **dict.fromkeys(["token_draft", "token_evidence", "token_questions"], ((it.reading.cycle.slug, it.reading.city.slug), {})),
        "token_result": ((it.ready.cycle.slug, it.ready.city.slug), {}),
        **dict.fromkeys(["token_cases", "token_scores", "token_awards"], ((it.ready.cycle.slug,), {})),
        **_appeal_requests(it.moments, again),
        "edit_edition": ((it.edition.code,), {}),
        "publish_edition": ((it.edition.code,), {}),
        "retire_edition": ((it.published.code,), {}),
    }
    return asked.get(key, ((), {}))


def _appeal_requests(about: dict[str, Any], why: dict[str, str]) -> dict[str, tuple[tuple[Any, ...], dict[str, Any]]]:
    """The same for the lines about appeals."""
    answer, filed, heard, settled = (about[key] for key in ("file_appeal", "admit_appeal", "hear_appeal", "confirm_appeal"))
    return {
        "file_appeal": ((answer.assessment_id, answer.criterion.code), {"on_behalf": "They called.", **why}),
        "withdraw_appeal": ((filed.pk,), {}),
        "admit_appeal": ((filed.pk,), {}),
        "refuse_appeal": ((filed.pk,), {"words": "It brings nothing new."}),
        "hand_appeal": ((heard.pk,), {"reader": heard.reader_id}),
        "hear_appeal": ((heard.pk,), {"verdict": "met", "rationale": "It is there."}),
        "confirm_appeal": ((settled.pk,), {}),
        "send_back_appeal": ((settled.pk,), why),
        "correct_award": ((about["propose_revocation"].pk,), {"given": "gold", "note": "A slip.", **why}),
        "propose_revocation": ((about["propose_revocation"].pk,), {"note": "It ended.", **why}),
        "confirm_revocation": ((about["confirm_revocation"].pk,), {}),
        "drop_revocation": ((about["confirm_revocation"].pk,), {}),
        "announce_appeals": ((heard.award.announcement.slug,), {"name": "Heard", "slug": "heard"}),
    }
