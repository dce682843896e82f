"""The page of the open data, and its files, the same for everybody."""

import json
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from wwc.http import kept_public
from wwc.opendata import queries
from wwc.opendata.models import DESCRIPTOR, WHOLE, Package

FORMS = ("csv", "json")


@login_not_required
@require_safe
def index(request: HttpRequest, version: str = "") -> HttpResponse:
    """A release, the newest unless named: its files, its dictionary, how to cite it; and all releases."""
    packages = list(queries.packages().defer("descriptor"))
    chosen = next((each for each in packages if version in {"", each.version}), None)
    if chosen is None and version:
        raise Http404
    return render(request, "opendata/index.html", {"packages": packages} | (_shown(chosen) if chosen else {}))


@login_not_required
@require_safe
def file(request: HttpRequest, version: str, name: str) -> HttpResponseBase:
    """One file of a release, byte for byte as it was released. At the address of its version it never changes; any site may read it."""
    package = queries.package(version)
    part = package.part(name) if package else None
    if package is None or part is None or not default_storage.exists(part.stored):
        raise Http404
    etag, changed = f'"{part.sha256}"', int(package.made_at.timestamp())
    unchanged = get_conditional_response(request, etag, changed)
    response: Any = unchanged
    if not unchanged:
        whole = name == WHOLE
        called = f"open-data-{package.version}.zip" if whole else name
        stored = default_storage.open(part.stored, "rb")
        response = FileResponse(stored, content_type=part.mediatype, filename=called, as_attachment=whole)
        response["Content-Length"] = str(part.bytes)  # not every storage says so by itself
    response["ETag"], response["Last-Modified"] = etag, http_date(changed)
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = "ETag, Last-Modified"
    return kept_public(response, for_ever=version == package.version)


def _shown(package: Package) -> dict[str, Any]:
    """A release for its page: each table once, with its files in both forms."""
    described = package.described
    resources = {each["path"]: each for each in described["resources"]}
    names = [path.removesuffix(".csv") for path in resources if path.endswith(".csv")]
    tables = [{"name": name, "csv": resources[f"{name}.csv"], "forms": [resources[f"{name}.{form}"] for form in FORMS]} for name in names]
    for field in (field for table in tables for field in table["csv"]["schema"]["fields"]):
        example = field.get("example", "")
        field["shown"] = example if isinstance(example, str) else json.dumps(example)
    files = {"WHOLE": WHOLE, "DESCRIPTOR": DESCRIPTOR, "whole": package.part(WHOLE), "FORMS": FORMS}
    return {"package": package, "described": described, "tables": tables, **files}
