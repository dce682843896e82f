"""Rounds: put together, looked at as the city and as the public, prepared, announced by a second person, taken back."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reviews import access
from reviews.actions import announcing as actions
from reviews.forms import AppealsRoundForm, HourForm, ReasonForm, RoundForm
from reviews.lifecycle import Batch
from reviews.models import Announcement, PaperKind, Scorecard
from reviews.queries import appeals, results
from reviews.views.scorecards import kit_of
from wwc.http import private_file, refusals_shown, typed
from wwc.refusals import require
from wwc.templatetags.display import when_year


@require_safe
def announcing(request: HttpRequest) -> HttpResponse:
    """The rounds, and the beginning of another one."""
    require(access.may_announce(request.user))
    page = Paginator(results.batches(), 25).get_page(request.GET.get("page"))
    return render(request, "reviews/announcing.html", {"page": page, "form": RoundForm()})


@require_safe
def announcement(request: HttpRequest, slug: str) -> HttpResponse:
    """One round: what is still open, its decisions, its hour."""
    batch = _batch(request, slug)
    standing = results.standing_of(batch)
    open_ = _open(request.user, batch, standing)
    context = {
        "batch": batch,
        "page": Paginator(results.batch_to(request.user, batch), 25).get_page(request.GET.get("page")),
        "standing": standing,
        "rendered": standing.papers - standing.missing,
        "open": open_,
        "ready": not open_,
        "checks": _checks(standing),
        "joinable": results.joinable_to(request.user, batch),
        "can_join": batch.status in (Batch.DRAFT, Batch.PREPARED, Batch.TAKEN_BACK),
        "can_prepare": batch.status != Batch.RELEASED and (standing.decisions > 0 or batch.appeals_of_id is not None),
        "hour_form": HourForm(initial={"announce_at": batch.announce_at, "told_before": _told_before(batch)}),
        "reason_form": ReasonForm(),
        "take_back": actions.can_be_taken_back(batch) and bool(access.may_take_back(request.user)),
        **_appeals(request.user, batch),
    }
    return render(request, "reviews/announcing_round.html", context)


@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    """Begin a round."""
    require(access.may_announce(request.user))
    form = RoundForm(request.POST)
    if not form.is_valid():
        context = {"page": Paginator(results.batches(), 25).get_page(1), "form": form}
        return render(request, "reviews/announcing.html", context, status=422)
    with refusals_shown(request):
        made = actions.draft_round(**form.cleaned_data, by=request.user, at=now())
        return redirect("reviews:announcement", made.slug)
    return redirect("reviews:announcing")


@require_POST
def draft_appeals(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin the batch that tells the appeals of a round."""
    batch = _batch(request, slug)
    form = AppealsRoundForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Name or address is missing. Nothing was begun."))
        return redirect("reviews:announcement", slug)
    with refusals_shown(request):
        made = actions.draft_appeals(batch, **form.cleaned_data, by=request.user, at=now())
        return redirect("reviews:announcement", made.slug)
    return redirect("reviews:announcement", slug)


@require_POST
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """Put every approved decision of the cycle into the round, or the ones that were chosen."""
    batch = _batch(request, slug)
    awards = results.joinable_to(request.user, batch)
    if chosen := request.POST.getlist("award"):
        awards = awards.filter(pk__in=[pk for pk in awards.values_list("pk", flat=True) if str(pk) in chosen])
    with refusals_shown(request):
        n = actions.add(batch, awards=awards, by=request.user, at=now())
        messages.success(request, ngettext("%(n)d decision joined the round.", "%(n)d decisions joined the round.", n) % {"n": n})
    return redirect("reviews:announcement", slug)


@require_POST
def prepare(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the round its hour; its papers are rendered."""
    batch = _batch(request, slug)
    form = HourForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The hour is missing or not a date. Nothing was changed."))
        return redirect("reviews:announcement", slug)
    with refusals_shown(request):
        actions.prepare(batch, **form.cleaned_data, by=request.user, at=now())
        messages.success(request, _("Prepared. Scorecards and certificates are being rendered; you may leave this page."))
    return redirect("reviews:announcement", slug)


@require_POST
def release(request: HttpRequest, slug: str) -> HttpResponse:
    """Announce, as the second person."""
    batch = _batch(request, slug)
    with refusals_shown(request):
        actions.release(batch, by=request.user, at=now())
        told = batch.released_at is not None
        messages.success(
            request, _("Announced. It can be taken back for five minutes.") if told else _("Approved. It goes out at its hour.")
        )
    return redirect("reviews:announcement", slug)


@require_POST
def take_back(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the round back while its letters wait."""
    batch = _batch(request, slug)
    with refusals_shown(request):
        actions.take_back(batch, reason=typed(request, "reason", 1000), by=request.user, at=now())
        messages.success(request, _("Taken back. Nothing of it is public, and no letter goes out."))
    return redirect("reviews:announcement", slug)


@require_safe
def look(request: HttpRequest, slug: str, pk: int, reader: str) -> HttpResponse:
    """One decision as the city, or the public, will see it."""
    batch = _batch(request, slug)
    award = get_object_or_404(results.batch_to(request.user, batch), pk=pk)
    language = get_language() or "en"
    context: dict[str, Any] = results.shown_to(award, reader, language) | {"award": award, "reader": reader}
    context["cards"] = results.papers_of(batch).filter(Q(audience=reader) | Q(kind=PaperKind.CERTIFICATE), award=award).order_by("pk")
    context["kit"] = results.kit_papers(award)
    return render(request, "reviews/announcing_look.html", context)


@require_safe
def paper(request: HttpRequest, pk: int) -> FileResponse:
    """A rendered paper, for staff to look at before the release."""
    card = get_object_or_404(Scorecard.objects.filter(award__in=results.awards_to(request.user)), pk=pk)
    return private_file(card.stored, filename=f"{card.kind}-{card.pk}.pdf", content_type="application/pdf")


@require_safe
def look_at_kit(request: HttpRequest, slug: str, pk: int) -> StreamingHttpResponse:
    """The press kit of one decision, for staff to look at before the release, and to send on after it."""
    award = get_object_or_404(results.batch_to(request.user, _batch(request, slug)), pk=pk)
    return kit_of(award)


def _batch(request: HttpRequest, slug: str) -> Announcement:
    require(access.may_announce(request.user))
    rows = Announcement.objects.select_related("cycle", "prepared_by", "approved_by", "released_by", "appeals_of")
    return get_object_or_404(rows, slug=slug)


def _appeals(user: Any, batch: Announcement) -> dict[str, Any]:
    """Of a batch of appeals those that it tells; of a round how many it has, until when, and the batch that tells them."""
    if batch.appeals_of_id is not None:
        return {"told": appeals.told_by(batch).filter(pk__in=appeals.appeals_to(user).values("pk"))}
    if batch.status != Batch.RELEASED:
        return {}
    seen = appeals.appeals_to(user).filter(pk__in=appeals.of_round(batch).values("pk"))
    named = {"name": _("Appeals, %(round)s") % {"round": batch.name}, "slug": f"{batch.slug[:52]}-appeals"}
    return {
        "appeals": seen.count(),
        "appeals_until": appeals.window_over(batch),
        "appeals_batch": Announcement.objects.filter(appeals_of=batch).first(),
        "appeals_form": AppealsRoundForm(initial=named),
    }


def _open(user: Any, batch: Announcement, standing: results.Standing) -> list[str]:
    """What keeps the round from being announced by this person now, in words."""
    found = []
    if batch.appeals_of is not None:
        found += _appeals_open(batch, batch.appeals_of)
    elif not standing.decisions:
        found.append(_("It holds no decision yet."))
    if batch.announce_at is None or batch.status in (Batch.DRAFT, Batch.TAKEN_BACK):
        found.append(_("It has no hour yet: prepare it."))
    elif missing := standing.missing:
        words = ngettext(
            "%(n)d scorecard or certificate is not rendered yet.", "%(n)d scorecards and certificates are not rendered yet.", missing
        )
        found.append(words % {"n": missing})
    ruling = access.may_release(user, batch)
    if not ruling:
        found.append(str(ruling.reason))
    return found


def _appeals_open(batch: Announcement, of: Announcement) -> list[str]:
    """What keeps the appeals of a round from being told: the window, appeals that wait, decisions that are missing."""
    found, until = [], appeals.window_over(of)
    if now() <= until:
        found.append(_("Appeals can be filed until %(date)s.") % {"date": when_year(until)})
    if waiting := appeals.undecided_in(of):
        words = ngettext("%(n)d appeal is not settled and confirmed.", "%(n)d appeals are not settled and confirmed.", waiting)
        found.append(words % {"n": waiting})
    if missing := len(appeals.without_award(batch)):
        words = ngettext("%(n)d decision on a new score is not in it.", "%(n)d decisions on new scores are not in it.", missing)
        found.append(words % {"n": missing})
    return found or ([] if appeals.told_by(batch).exists() else [_("No appeal of the round was settled.")])


def _checks(standing: results.Standing) -> list[dict[str, str]]:
    """The list beside the round: each thing done, or open with its count."""
    told = sum(n for key, n in standing.tiers if key)
    found = [
        _check(
            standing.decisions > 0,
            ngettext("%(n)d decision approved by a second person", "%(n)d decisions approved by a second person", standing.decisions)
            % {"n": standing.decisions},
            _("%(n)d with a tier") % {"n": told},
        ),
        _rendered(standing, PaperKind.SCORECARD, _("%(done)d of %(n)d scorecards rendered")),
    ]
    if standing.wanted[PaperKind.CERTIFICATE]:
        found.append(_rendered(standing, PaperKind.CERTIFICATE, _("%(done)d of %(n)d certificates rendered")))
    return found + [_check(not n, text % {"n": n} if n else done) for n, done, text in _counted(standing) if n or done]


def _rendered(standing: results.Standing, kind: str, text: str) -> dict[str, str]:
    """One kind of paper: how many of them are rendered."""
    done, n = standing.rendered.get(kind, 0), standing.wanted[kind]
    return _check(0 < n == done, text % {"done": done, "n": n})


def _counted(standing: results.Standing) -> list[tuple[int, str, str]]:
    """What would be left out: how many, the words where there are none, the words where there are."""
    aside, unread, left, undecided = standing.set_aside, standing.without_lead, standing.left_out, standing.undecided
    return [
        (
            aside,
            "",
            ngettext(
                "%(n)d scorecard or certificate stopped five times and is set aside",
                "%(n)d scorecards and certificates stopped five times and are set aside",
                aside,
            ),
        ),
        (
            unread,
            _("Every city has a lead to write to"),
            ngettext("%(n)d city has no lead to write to", "%(n)d cities have no lead to write to", unread),
        ),
        (
            left,
            _("Every approved decision is in a round"),
            ngettext("%(n)d approved decision is in no round", "%(n)d approved decisions are in no round", left),
        ),
        (
            undecided,
            _("Every assessment of the cycle is decided"),
            ngettext("%(n)d assessment of the cycle is not decided", "%(n)d assessments of the cycle are not decided", undecided),
        ),
    ]


def _told_before(batch: Announcement) -> int | str:
    """How many hours before its own the round's cities read it."""
    if batch.announce_at is None or batch.cities_told_at is None:
        return ""
    return round((batch.announce_at - batch.cities_told_at).total_seconds() / 3600)


def _check(done: bool, text: str, more: str = "") -> dict[str, str]:
    return {"kind": "met" if done else "open", "text": text, "more": more}
