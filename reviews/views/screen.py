"""What is on the reading desk: asked, said, proof, verdict, and where one is in one's list."""

from collections.abc import Sequence
from typing import Any, cast

from django.http import HttpRequest, QueryDict
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from assessments import queries as case
from assessments.models import Answer, AnswerEvidence
from assessments.views.frame import kept_text, language
from criteria.models import Criterion
from criteria.queries import kept_criteria
from reviews.forms import FindingForm
from reviews.models import Assignment, Finding, Habit, Order
from reviews.queries import desk, dossier, exhibits, questions, reading, verdicts


def habit_in(assignment: Assignment) -> Habit:
    """How the reader likes to read; `habit` was fetched along with the assignment."""
    return getattr(assignment.member.person, "habit", None) or Habit(person=assignment.member.person)


def order_of(assignment: Assignment) -> str:
    """In which order the reader goes through their list."""
    return habit_in(assignment).order or Order.CRITERION


def criterion_in(assignment: Assignment) -> Criterion:
    """The criterion in the words of the reader; a published edition is fetched once."""
    standard = assignment.answer.assessment.cycle.standard
    return next(each for each in kept_criteria(standard, language()) if each.pk == assignment.answer.criterion_id)


def filed_words(answer: Answer) -> str:
    """What was filed just now."""
    return _("Filed: %(criterion)s of %(city)s.") % {"criterion": answer.criterion.code, "city": answer.assessment.city}


def just_filed(request: HttpRequest, place: reading.Place) -> Assignment | None:
    """The item that the address says was filed a moment ago, where that is so; one more query then."""
    number = request.GET.get("filed", "")
    if not number.isdecimal() or not place.is_filed(int(number)):
        return None
    return Assignment.objects.select_related("answer__criterion", "answer__assessment__city").get(pk=number)


def form_of(request: HttpRequest, assignment: Assignment, own: Finding | None = None) -> FindingForm:
    """What was kept when a session ended; else what was typed or filed before."""
    kept = kept_text(request)
    if kept is not None:
        form = FindingForm(kept)
        form.errors.clear()
        return form
    return FindingForm(initial=reading.begun(assignment.answer, reading.draft_of(assignment), own))


def with_phrase(form: FindingForm, user: Any) -> FindingForm:
    """The same form with a phrase at the end of the reasons, for who has no script that puts it in."""
    data = cast("QueryDict", form.data).copy()
    number = data.get("phrase", "")
    phrase = reading.phrases_of(user).filter(pk=number).first() if number.isdecimal() and len(number) < 19 else None
    if phrase is not None:
        data["rationale"] = "\n".join(filter(None, [data.get("rationale", "").rstrip(), phrase.text]))
    form = FindingForm(data)
    form.is_valid()
    form.errors.clear()
    return form


def screen(request: HttpRequest, assignment: Assignment, form: FindingForm | None = None) -> dict[str, Any]:
    """Everything on the screen, in a constant number of queries."""
    answer, user = assignment.answer, assignment.member.person
    standing = verdicts.standing_of(answer)
    findings = list(desk.findings_visible(user, answer).select_related("version"))
    own = next((each for each in reversed(findings) if each.assignment_id == assignment.pk), None)
    filed = own if own and own.version_id == answer.current_id else None
    looks = reading.looks_at(assignment)
    changed = reading.changed_since(answer, own, looks)
    others, shown = _others(findings, assignment, again="again" in request.GET and not _saw_other(looks, answer.current_id))
    state = desk.state_for(standing, user.pk)
    open_again = state in {"filed", "split"} and not shown and not _saw_other(looks, answer.current_id)
    return {
        **_where(request, assignment),
        "form": form or form_of(request, assignment, own),
        "draft": reading.draft_of(assignment),
        "filed": filed,
        "changed": changed,
        **_proofs(request, case.evidence_of(answer), changed),
        "questions": questions.asked_about(user, answer),
        "drafts": len(questions.to_send(user, answer.assessment)) if desk.has_drafts(answer.assessment) else 0,
        **dossier.of_answer(user, answer),
        "others": others,
        "shown": shown,
        "state": state,
        "may_file": state in {"unread", "changed"} or open_again,
        "phrases": list(reading.phrases_of(user)),
        "habit": habit_in(assignment),
    }


def _where(request: HttpRequest, assignment: Assignment) -> dict[str, Any]:
    """Which item it is, and where the reader is in their list."""
    answer = assignment.answer
    place = reading.place_of(assignment.member.person, assignment, order_of(assignment))
    return {
        "assignment": assignment,
        "answer": answer,
        "criterion": criterion_in(assignment),
        "city": answer.assessment.city,
        "cycle": answer.assessment.cycle,
        "place": place,
        "pace": reading.pace_of(assignment, place, now()),
        "just_filed": just_filed(request, place),
    }


def _others(findings: Sequence[Finding], assignment: Assignment, *, again: bool) -> tuple[list[Finding], bool]:
    """The other reading as far as it is shown, and whether one of what is current is among it. To correct one's own it stays hidden."""
    current = assignment.answer.current_id
    others = [each for each in findings if each.assignment_id != assignment.pk and not (again and each.version_id == current)]
    return others, any(each.version_id == current for each in others)


def _saw_other(looks: Sequence[Any], version: int | None) -> bool:
    return any(look.other_at for look in looks if look.version_id == version)


def _proofs(request: HttpRequest, proofs: list[AnswerEvidence], changed: Any) -> dict[str, Any]:
    """The documents, the one that lies open, and the day by which it may be past its date."""
    chosen = next((proof for proof in proofs if str(proof.pk) == request.GET.get("e", "")), proofs[0] if proofs else None)
    version = chosen.evidence.current if chosen else None
    return {
        "proofs": [(proof, reading.is_new(proof, changed)) for proof in proofs],
        "chosen": chosen,
        "exhibit": exhibits.shown(version, chosen.pages, request.GET.get("page", "")) if chosen and version else None,
        "today": localdate(),
    }
