"""Pages of the program's webhooks: which programs are called, what they were told, and what became of each call."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from wwc.accounts.forms import WebhookForm
from wwc.http import refusals_on
from wwc.outbox import access
from wwc.outbox import webhooks as actions
from wwc.outbox.models import Webhook, WebhookCall
from wwc.refusals import require


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhooks(request: HttpRequest) -> HttpResponse:
    """All webhooks; a new one shows its secret here, once."""
    require(access.may_hook(request.user))
    form, secret = WebhookForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            _made, secret = actions.make(**form.cleaned_data, by=request.user, at=now())
            form = WebhookForm()
    rows = Webhook.objects.select_related("made_by").order_by("ended_at", "name", "pk")
    context = {"form": form, "secret": secret, "page": Paginator(rows, 50).get_page(request.GET.get("page"))}
    return render(request, "people/webhooks.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD"])
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """One webhook and its calls, newest first."""
    return _one(request, _found(request, pk))


@never_cache
@require_POST
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a new secret, shown here once."""
    row = _found(request, pk)
    if row.ended_at:
        raise Http404
    secret = actions.renew(row, by=request.user, at=now())
    return _one(request, row, secret)


@require_POST
def try_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a message that says nothing."""
    row = _found(request, pk)
    if row.ended_at:
        raise Http404
    actions.try_out(row, by=request.user, at=now())
    messages.success(request, _("A trial message is on its way. What became of it is in the list in a moment."))
    return redirect("people:webhook", pk)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Call an address no more."""
    actions.end(_found(request, pk), by=request.user, at=now())
    messages.success(request, _("It is called no more. What was called stays in the list."))
    return redirect("people:webhook", pk)


@require_POST
def call_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a message that failed its tries again."""
    require(access.may_hook(request.user))
    call = get_object_or_404(WebhookCall.objects.select_related("webhook"), pk=pk)
    actions.call_again(call, by=request.user, at=now())
    messages.success(request, _("The message is sent again."))
    return redirect("people:webhook", call.webhook_id)


def _found(request: HttpRequest, pk: int) -> Webhook:
    require(access.may_hook(request.user))
    return get_object_or_404(Webhook.objects.select_related("made_by", "ended_by"), pk=pk)


def _one(request: HttpRequest, row: Webhook, secret: str = "") -> HttpResponse:
    page = Paginator(row.calls.order_by("-pk"), 50).get_page(request.GET.get("page"))
    return render(request, "people/webhook.html", {"webhook": row, "secret": secret, "page": page})
