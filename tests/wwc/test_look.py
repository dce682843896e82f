"""Every part of the look on one scratch page in a real browser: no fault, no sideways scroll, no shift, in light and dark."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from axe_playwright_python.sync_playwright import Axe
from django import forms
from django.conf import settings as project
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.test import RequestFactory, override_settings
from django.urls import path
from playwright.sync_api import Browser

from wwc import fonts
from wwc.http import ContentSecurityPolicyMiddleware

pytestmark = [pytest.mark.browser, pytest.mark.urls(__name__)]

PARTS = (Path(__file__).parent / "parts.html").read_text()
TIERS = [{"name": "Certified", "at": 15}, {"name": "Silver", "at": 22}, {"name": "Gold", "at": 30}, {"name": "Platinum", "at": 37}]
AREAS = [
    {"name": "Data Management", "met": 7, "of": 9},
    {"name": "Open Data", "met": 4, "of": 4},
    {"name": "Community Impact", "met": 1, "of": 3},
]
SHARES = [
    {"name": "OD3 Open Data Portal", "share": 0.74, "text": "74%"},
    {"name": "PA4 Automated Decisions", "share": 0.01, "text": "1%", "tone": "not"},
]
DOTS = [{"name": "Council-manager", "at": 0.58, "low": 0.55, "high": 0.61, "text": "58%", "note": "71 cities"}]
CHANGES = [
    {"name": "Stakeholder Engagement", "before": 0.5, "after": 0.58, "text": "+8"},
    {"name": "Repurposing", "before": 0.37, "after": 0.36, "text": "−1", "tone": "not"},
]
STEPS = [{"label": "Joined", "note": "September 3", "state": "done"}, {"label": "Answer and prove", "state": "now"}, {"label": "Submit"}]


class Invitation(forms.Form):
    email = forms.EmailField(label="Email", help_text="We send one link that works for seven days.")
    may = forms.ChoiceField(
        label="May", widget=forms.RadioSelect, choices=[("c", "Answer and add evidence|Contributor"), ("l", "Also submit|City lead")]
    )
    met = forms.ChoiceField(
        label="Does your city meet this?",
        widget=forms.RadioSelect(attrs={"class": "choices"}),
        choices=[("y", "Yes, we do"), ("n", "Not yet")],
    )
    ticks = forms.MultipleChoiceField(
        label="Tick what is in place",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("Written", [("1", "A policy")]), ("2", "A form")],
    )
    sure = forms.BooleanField(label="These answers are true to my knowledge")
    by = forms.DateField(label="By", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    year = forms.ChoiceField(label="Year", required=False, choices=[("", "Any year"), ("2026", "2026")])
    file = forms.FileField(label="File", required=False, help_text="Up to 50 MB.")
    message = forms.CharField(label="Message", required=False, widget=forms.Textarea)


class _Nobody:
    is_authenticated = False


@login_not_required
def parts(request: HttpRequest) -> HttpResponse:
    request.user = _Nobody()  # type: ignore[assignment]
    request.session = {}  # type: ignore[assignment]
    request._messages = messages.storage.default_storage(request)  # type: ignore[attr-defined]
    messages.success(request, "Saved 2:02 p.m.")
    messages.error(request, "Nothing was added.")
    request.nav = [("Assessment", "/"), ("Evidence", "/evidence/"), ("Team", "/team/"), ("Letters", "/letters/"), ("Help", "/help/")]  # type: ignore[attr-defined]
    context = {
        "form": Invitation({"email": "name@city"} if "wrong" in request.GET else None),
        "tiers": TIERS,
        "areas": AREAS,
        "shares": SHARES,
        "dots": DOTS,
        "changes": CHANGES,
        "steps": STEPS,
        "states": ["met", "half", "struck", "ask", "dashed"],
        "counts": {"OH": 9, "TX": 5, "ME": 3, "FL": 2, "AK": 1},
        "at": datetime(2026, 12, 14, 23, tzinfo=UTC),
        "now": datetime(2026, 11, 22, 18, tzinfo=UTC),
        "page": Paginator(range(100), 25).page(2),
        "crumbs": [("Port Lindell", "/")],
    }
    return HttpResponse(Template(PARTS).render(RequestContext(request, context)))


def _elsewhere(request: HttpRequest) -> HttpResponse:
    return HttpResponse("elsewhere")


urlpatterns = [
    path("", parts, name="home"),
    path("in/", _elsewhere, name="account_login"),
    path("out/", _elsewhere, name="account_logout"),
    path("language/", _elsewhere, name="set_language"),
]


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    fonts.build(project.FONTS_DIR)
    changed = override_settings(
        ROOT_URLCONF=__name__,
        MIDDLEWARE=["wwc.http.ContentSecurityPolicyMiddleware"],
        DEBUG=True,
        STATICFILES_DIRS=[project.BASE_DIR / "static", ("fonts", project.FONTS_DIR)],
        STORAGES={"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}},
    )
    with changed:
        server = make_server("127.0.0.1", 0, StaticFilesHandler(WSGIHandler()), handler_class=_Quiet)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()
        thread.join()


EVERYDAY = [(390, "dark", "?wrong"), (1440, "light", "")]
REST = [(width, scheme, query) for width in (390, 1440) for scheme in ("light", "dark") for query in ("", "?wrong")]
THOROUGH = [pytest.param(*each, marks=pytest.mark.heavy) for each in REST if each not in EVERYDAY]


@pytest.mark.parametrize(("width", "scheme", "query"), [*EVERYDAY, *THOROUGH])
def test_every_part_is_without_fault(address: str, browser: Browser, width: int, scheme: str, query: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(l => l.getEntries().forEach(e => window.shift += e.value))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    page.goto(f"{address}/{query}", wait_until="networkidle")
    faults = (
        Axe()
        .run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
        .response["violations"]
    )
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in faults] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.fonts.load('300 16px \"Public Sans\"').then(faces => faces.length)")
    assert page.evaluate("window.shift") < 0.01
    assert said == []
    context.close()


def test_the_error_summary_has_the_focus_with_and_without_script(address: str, browser: Browser) -> None:
    for script in (True, False):
        context = browser.new_context(java_script_enabled=script)
        page = context.new_page()
        page.goto(f"{address}/?wrong", wait_until="load")
        page.wait_for_selector(".note.bad:focus")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.url.endswith("#id_email")
        context.close()


def test_the_keyboard_begins_with_the_way_to_the_content(address: str, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(address)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.close()


def test_the_frame_holds_at_four_times_the_size(address: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 256})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.close()


def test_every_class_of_a_page_is_in_the_sheet() -> None:
    root = Path(project.BASE_DIR)
    known = set(re.findall(r"\.([A-Za-z][\w-]*)", re.sub(r"/\*.*?\*/", "", (root / "static/css/site.css").read_text(), flags=re.DOTALL)))
    unknown = {}
    for page in (root / "templates").rglob("*.html"):
        if page.name.endswith("_pdf.html") or page.name.startswith("_paper"):
            continue  # what WeasyPrint prints has a sheet of its own
        plain = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", " ", page.read_text())
        strange = {name for names in re.findall(r'class="([^"]*)"', plain) for name in names.split()} - known
        if strange:
            unknown[page.name] = strange
    assert unknown == {}


def test_nothing_is_inline(rf: RequestFactory) -> None:
    html = parts(rf.get("/")).content.decode()
    assert " style=" not in html
    assert [tag for tag in html.split("<script")[1:] if not tag.startswith(' type="module" src=')] == []
    assert "'unsafe" not in ContentSecurityPolicyMiddleware(lambda request: HttpResponse()).policy
