"""The reading desk: what is asked, what the city says, its proof, the verdict."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from assessments.models import AnswerVersion
from assessments.views.frame import forget_kept, language, text_kept
from reviews.actions import asking, assigning, drafting, validating
from reviews.forms import FindingForm, QuestionForm, ReasonForm
from reviews.models import Assignment, Finding
from reviews.queries import desk
from reviews.queries import reading as reading_list
from reviews.views.desk import at_desk, frame
from reviews.views.screen import filed_words, order_of, screen, with_phrase
from wwc.http import refusals_on, refusals_shown

LITTLE = ("slot", "member", "put_off_at", "answer__assessment", "answer__criterion", "answer__current__number")
NEAR = ("member__person__habit", "answer__assessment__city", "answer__criterion", "answer__current")


def assignment_or_404(request: HttpRequest, pk: int) -> Assignment:
    """One of the person's own live assignments, with the frame of the desk."""
    rows = desk.assignments_visible_to(request.user).select_related("draft", "answer__assessment__cycle__standard", *NEAR)
    assignment = get_object_or_404(rows, pk=pk)
    assignment.member.cycle = assignment.answer.assessment.cycle
    frame(request, assignment.answer.assessment.cycle, [assignment.member])
    return assignment


def own_or_404(request: HttpRequest, pk: int) -> Assignment:
    """One of the person's own assignments with little beside it, for an action, which asks itself whether it is open to them."""
    rows = Assignment.objects.filter(member__person=request.user.pk).select_related("answer__current")
    return get_object_or_404(rows.only(*LITTLE), pk=pk)


def fetched(request: HttpRequest) -> bool:
    """Whether a script of the page asks, which shows the answer itself."""
    return "X-Fetched" in request.headers


@require_http_methods(["GET", "HEAD", "POST"])
@text_kept
def reading(request: HttpRequest, pk: int) -> HttpResponse:
    """One answer to read. A look is noted, unless the page was only fetched ahead."""
    if request.method == "POST":
        return _file(request, own_or_404(request, pk))
    assignment = assignment_or_404(request, pk)
    page = screen(request, assignment)
    response = render(request, "reviews/validating.html", page)
    if request.method == "GET" and not fetched(request):
        drafting.look(assignment, other=page["shown"], by=request.user, at=now())
    return response


def _file(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    """File what was typed and go on to the next; a refusal keeps it. A phrase that is put in files nothing."""
    form = FindingForm(request.POST)
    if "phrase" in request.POST:
        return _typed(request, assignment, with_phrase(form, request.user), status=200)
    if not form.is_valid():
        return _typed(request, assignment, form, status=422)
    said = dict(form.cleaned_data)
    version = version_of(assignment, said.pop("version"))
    with refusals_on(form):
        filed = validating.record_finding(assignment, version=version, **said, by=request.user, at=now())
    if form.errors:
        return _typed(request, assignment, form, status=409)
    forget_kept(request)
    return gone_on(request, filed)


def _typed(request: HttpRequest, assignment: Assignment, form: FindingForm, *, status: int) -> HttpResponse:
    """The same screen with what was typed, and why it was not filed."""
    page = screen(request, assignment_or_404(request, assignment.pk), form)
    return render(request, "reviews/validating.html", page, status=status)


def version_of(assignment: Assignment, number: int | None) -> AnswerVersion | None:
    """The version of this answer that was on the page: most often the current one, which is at hand."""
    current = assignment.answer.current
    if current is not None and number == current.pk:
        return current
    return AnswerVersion.objects.filter(pk=number or 0, answer=assignment.answer_id).first()


def gone_on(request: HttpRequest, finding: Finding) -> HttpResponse:
    """After a verdict the next item, which says what was filed; a script that shows it already only hears that it was."""
    assignment, answer = finding.assignment, finding.answer
    if fetched(request):
        undo = f"{reverse('reviews:validating', args=[assignment.pk])}?again"
        return JsonResponse({"said": filed_words(answer), "undo": undo})
    after = _said_to_be_next(request) or reading_list.place_of(request.user, assignment, order_of(assignment)).after
    back = reverse("reviews:desk", args=[answer.assessment.cycle.slug]) if not after else ""
    return redirect(f"{back or reverse('reviews:validating', args=[after])}?filed={assignment.pk}")


def _said_to_be_next(request: HttpRequest) -> int | None:
    """The next item as the page had it, if it is still the person's: so the whole list need not be gone through again."""
    after = request.POST.get("after", "")
    if not after.isdecimal() or len(after) > 18:
        return None
    live = Assignment.objects.filter(pk=after, member__person=request.user.pk, member__left_at=None, ended_at=None)
    return int(after) if live.exists() else None


@require_POST
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that one's verdict still holds for the version that came since, and go on."""
    assignment = assignment_or_404(request, pk)
    with refusals_shown(request):
        return gone_on(request, validating.reaffirm(assignment, by=request.user, at=now()))
    return redirect("reviews:validating", pk)


@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a question to the city; it waits until it is sent with the others."""
    assignment = assignment_or_404(request, pk)
    form = QuestionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write the question first. Nothing was saved."))
        return redirect("reviews:validating", pk)
    with refusals_shown(request):
        asking.ask_city(assignment, **form.cleaned_data, by=request.user, at=now())
        messages.success(request, _("The question waits as a draft. Send it when you have asked this city everything."))
    return redirect("reviews:validating", pk)


@require_POST
def aside(request: HttpRequest, pk: int) -> HttpResponse:
    """Step aside from this answer."""
    assignment = assignment_or_404(request, pk)
    form = ReasonForm(request.POST)
    form.is_valid()
    with refusals_shown(request):
        assigning.recuse(assignment, reason=form.cleaned_data.get("reason", ""), by=request.user, at=now())
        messages.success(request, _("You stepped aside. Someone else reads this answer."))
        return redirect("reviews:desk", assignment.answer.assessment.cycle.slug)
    return redirect("reviews:validating", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """What one city says it does not do: look through the list, confirm all of it at once."""
    assessment = get_object_or_404(desk.assessments_read_by(request.user), pk=pk)
    at_desk(request, assessment.cycle)
    items = [item for item in desk.queue(request.user, assessment.cycle, language(), only=assessment).of("unread") if item.confirmable]
    if request.method == "POST":
        chosen = [item.assignment.answer for item in items if str(item.assignment.answer_id) in request.POST.getlist("answer")]
        with refusals_shown(request):
            made = validating.confirm_as_city_says(assessment, answers=chosen, by=request.user, at=now())
            said = ngettext("%(n)d answer is settled as the city says.", "%(n)d answers are settled as the city says.", len(made))
            messages.success(request, said % {"n": len(made)})
        return redirect("reviews:desk", assessment.cycle.slug)
    return render(request, "reviews/confirming.html", {"assessment": assessment, "items": items, "cycle": assessment.cycle})
