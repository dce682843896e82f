"""Evidence beside the answer: the file itself, and its pages as a worker drew them."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from assessments.models import PreviewSheet
from assessments.views.library import file_of
from reviews.queries import desk
from wwc.audit.record import record
from wwc.http import private_file

KEPT_SECONDS = 600


@require_safe
def evidence(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """A file that proves an answer open to the person; who fetched it goes on record."""
    version = get_object_or_404(desk.evidence_readable_by(request.user), pk=pk)
    response = file_of(version, inline="view" in request.GET)
    if request.method == "GET":
        record("fetched", version, by=request.user, at=now(), city_id=version.evidence.city_id)
    return response


@require_safe
def page(request: HttpRequest, pk: int, number: int) -> FileResponse:
    """One page as a picture, which this browser alone keeps for some minutes: the next item is fetched before it is shown."""
    version = get_object_or_404(desk.evidence_readable_by(request.user), pk=pk)
    if not version.is_open:
        raise Http404
    sheet = get_object_or_404(PreviewSheet, preview__version=version, number=number)
    response = private_file(sheet.stored, filename=f"{number}.webp", content_type="image/webp", inline=True)
    del response["Cache-Control"]
    patch_cache_control(response, private=True, max_age=KEPT_SECONDS)
    return response
