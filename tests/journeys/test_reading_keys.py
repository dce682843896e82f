"""A reader works by keys: they rest while somebody types, what is typed outlasts a reload, the next item is there at once."""

import re
import sys

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from playwright.sync_api import expect

from assessments.jobs import previews
from assessments.models import AnswerEvidence
from reviews.actions import drafting
from reviews.models import Assignment, Finding, FindingDraft, Habit, Look
from tests.factories import people
from tests.factories import reviews as make
from tests.support.browser import Person
from tests.support.documents import pdf

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _nothing_on_its_way(browser):
    """A page that still asks for something is let finish, before the world goes away under it."""
    yield
    for context in browser.contexts:
        for page in context.pages:
            page.wait_for_load_state("networkidle")


@pytest.fixture
def desk(db):
    """Three answers of one city to read, in order, and a fourth to come back to."""
    cycle = make.cycle()
    assessment = make.submitted("Alder Reach", cycle)
    member = make.reader(cycle)
    return member, [make.assign(make.answer(assessment, code), member) for code in ("A1", "A2", "B1", "B2")]


def opened(browser, live_server, member, at):
    reader = Person(browser, live_server.url, member.person.email)
    reader.goes(reverse("reviews:validating", args=[at.pk]))
    return reader


def is_at(reader, assignment):
    """The page is that of the item, by its address and by what it shows."""
    reader.page.wait_for_url(re.compile(rf"/reviews/reading/{assignment.pk}/"))
    expect(reader.page.locator(f'.desk[data-reading="{assignment.pk}"]')).to_be_visible()


def test_reading_by_keys(browser, live_server, desk):
    member, (first, second, third, _last) = desk
    drafting.add_phrase("The policy has no date.", by=member.person, at=make.NOW)
    reader = opened(browser, live_server, member, first)
    keys, page = reader.page.keyboard, reader.page

    # While somebody types, a letter is a letter.
    keys.press("t")
    keys.type("no date, 12 men")
    expect(page.locator("#rationale")).to_have_value("no date, 12 men")
    expect(page.locator("[name=verdict]:checked")).to_have_count(0)
    keys.press("Escape")

    for key in "1332n":
        keys.press(key)
    expect(page.locator("[name=verdict]:checked")).to_have_value("not_met")
    keys.press("m")
    expect(page.locator("[name=verdict]:checked")).to_have_value("met")

    # What is typed is with the server soon, and comes back from there.
    expect(page.locator("[data-saved]")).to_contain_text("Saved")
    page.evaluate("localStorage.clear()")
    page.reload()
    expect(page.locator("#rationale")).to_have_value("no date, 12 men")
    expect(page.locator("[name=verdict]:checked")).to_have_value("met")
    assert FindingDraft.objects.get().ticks == [1, 2]

    # A phrase goes to the end of the reasons.
    keys.press("p")
    expect(page.get_by_role("button", name="The policy has no date.")).to_be_focused()
    keys.press("Enter")
    expect(page.locator("#rationale")).to_have_value("no date, 12 men\nThe policy has no date.")
    keys.press("Control+Enter")
    is_at(reader, second)
    expect(page.locator("[data-filed]")).to_contain_text("Filed: A1 of Alder Reach")
    found = Finding.objects.get()
    assert (found.verdict, found.ticks, found.rationale) == ("met", [1, 2], "no date, 12 men\nThe policy has no date.")
    assert not FindingDraft.objects.exists()

    # Undo brings it back as it was filed; filing again stands in its place.
    keys.press("u")
    is_at(reader, first)
    expect(page.locator("[name=verdict]:checked")).to_have_value("met")
    keys.press("n")
    keys.press("Control+Enter")
    is_at(reader, second)
    assert [each.verdict for each in Finding.objects.order_by("pk")] == ["met", "not_met"]

    keys.press("k")
    is_at(reader, first)
    keys.press("j")
    is_at(reader, second)
    keys.press("r")
    keys.type("Who signs?")
    expect(page.locator("#question")).to_have_value("Who signs?")
    keys.press("Escape")

    # Single letters can be switched off, for good.
    page.locator("h1").click()
    keys.press("?")
    page.get_by_label("Single letters are keys").uncheck()
    page.get_by_role("button", name="Remember").click()
    expect(page.locator("#keys")).to_be_hidden()
    page.reload()
    keys.press("m")
    expect(page.locator("[name=verdict]:checked")).to_have_count(0)
    assert Habit.objects.get().single_keys is False
    assert third.pk
    assert reader.complaints == []


def test_still_holds_in_one_key(browser, live_server, desk):
    member, (first, second, *_rest) = desk
    make.find(first, "not_met", rationale="No date.")
    answer = make.fresh(first).answer
    make.version(answer, narrative="We do this since March.")
    reader = opened(browser, live_server, member, first)
    expect(reader.page.locator("ins")).to_contain_text("since March")
    reader.page.keyboard.press("s")
    is_at(reader, second)
    assert Finding.objects.last().version == answer.current
    assert reader.complaints == []


def test_the_next_item_is_there_at_once_and_looked_at_when_it_is_shown(browser, live_server, desk, capsys):
    member, (first, second, third, _last) = desk
    reader = Person(browser, live_server.url, member.person.email)
    with reader.page.expect_response(lambda answer: answer.url.endswith(f"/reading/{second.pk}/")):
        reader.goes(reverse("reviews:validating", args=[first.pk]))
    reader.page.wait_for_timeout(200)
    assert list(Look.objects.values_list("assignment", flat=True)) == [first.pk]
    keys = reader.page.keyboard
    # Nothing the browser does now reaches a page of its own: the document stays.
    reader.page.evaluate("window.stays = true")
    for key in "12m":
        keys.press(key)
    with reader.page.expect_response(lambda answer: answer.url.endswith(f"/reading/{third.pk}/")):
        keys.press("Control+Enter")
        is_at(reader, second)
        expect(reader.page.locator("h1")).to_be_focused()
    expect(reader.page.locator("[data-filed]")).to_contain_text("Filed: A1 of Alder Reach")
    expect(reader.page.locator("[data-pace]")).to_contain_text("1 of 4 read")
    expect(reader.page).to_have_title(re.compile("^Reading A2"))
    reader.page.wait_for_timeout(200)
    assert set(Look.objects.values_list("assignment", flat=True)) == {first.pk, second.pk}
    for key in "12m":
        keys.press(key)
    keys.press("Control+Enter")
    is_at(reader, third)
    expect(reader.page.locator("[data-filed]")).to_contain_text("Filed: A2 of Alder Reach")
    assert reader.page.evaluate("window.stays") is True
    assert set(Finding.objects.values_list("assignment", "verdict")) == {(first.pk, "met"), (second.pk, "met")}
    shown = reader.page.evaluate("performance.getEntriesByName('next item').map(each => Math.round(each.duration))")
    with capsys.disabled():
        sys.stdout.write(f" [next item shown after {shown} ms] ")
    assert len(shown) == 2
    reader.page.go_back()
    is_at(reader, second)
    assert reader.complaints == []


@pytest.mark.heavy
@pytest.mark.parametrize("breaks", ["refused", "cut"])
def test_who_could_not_file_is_brought_back_with_the_text(browser, live_server, desk, breaks):
    member, (first, second, *_rest) = desk
    reader = Person(browser, live_server.url, member.person.email)
    with reader.page.expect_response(lambda answer: answer.url.endswith(f"/reading/{second.pk}/")):
        reader.goes(reverse("reviews:validating", args=[first.pk]))
    reader.page.wait_for_timeout(200)
    keys = reader.page.keyboard
    keys.press("t")
    keys.type("Written for an hour.")
    keys.press("Escape")
    keys.press("n")
    if breaks == "refused":
        make.version(make.fresh(first).answer)
        said = "The city has sent a newer version."
    else:
        reader.page.route(
            re.compile(f"/reading/{first.pk}/"), lambda route: route.abort() if route.request.method == "POST" else route.continue_()
        )
        said = "Not filed: no connection."
    keys.press("Control+Enter")
    expect(reader.page.locator("#problems")).to_contain_text(said)
    is_at(reader, first)
    expect(reader.page.locator("#problems")).to_be_focused()
    expect(reader.page.locator("#rationale")).to_have_value("Written for an hour.")
    expect(reader.page.locator("[name=verdict]:checked")).to_have_value("not_met")
    assert not Finding.objects.exists()
    reader.page.unroute_all()
    keys.press("Control+Enter")
    if breaks == "cut":
        is_at(reader, second)
        assert Finding.objects.get().rationale == "Written for an hour."


@pytest.mark.heavy
def test_an_ended_session_keeps_the_text_in_the_browser(browser, live_server, desk):
    member, (first, *_rest) = desk
    reader = opened(browser, live_server, member, first)
    reader.context.clear_cookies(name="sessionid")
    reader.page.keyboard.press("t")
    reader.page.keyboard.type("Typed while signed out.")
    expect(reader.page.locator("[data-saved]")).to_contain_text("You were signed out after a pause.", timeout=10000)
    reader.page.locator("[data-saved] a").click()
    reader.fills("Email", member.person.email)
    reader.fills("Password", people.PASSWORD)
    reader.page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    is_at(reader, first)
    expect(reader.page.locator("#rationale")).to_have_value("Typed while signed out.")
    expect(reader.page.locator("[data-saved]")).to_contain_text("Saved")
    assert FindingDraft.objects.get().rationale == "Typed while signed out."


def test_evidence_opens_beside_the_answer(browser, live_server, desk):
    member, (first, *_rest) = desk
    for name, pages in (("one.pdf", "5"), ("two.pdf", "1")):
        stored = default_storage.save(f"aa/{name}", ContentFile(pdf(*(f"{name} page {n}" for n in range(1, 9)))))
        version = make.document(first.answer, name, "pdf", stored)
        AnswerEvidence.objects.filter(evidence=version.evidence).update(pages=pages)
        previews.draw_preview(version.pk)
    reader = opened(browser, live_server, member, first)
    page, keys = reader.page, reader.page.keyboard
    expect(page.locator("#page-5")).to_be_in_viewport(ratio=0.3)
    assert page.evaluate("document.querySelector('#page-5 img').complete && document.querySelector('#page-5 img').naturalWidth") == 1240
    keys.press("t")
    keys.type("So far")
    keys.press("Escape")
    keys.press("e")
    expect(page.locator("#p3")).to_have_text("two.pdf")
    expect(page.locator("#page-1")).to_be_in_viewport()
    expect(page.locator("#rationale")).to_have_value("So far")
    keys.press("e")
    expect(page.locator("#p3")).to_have_text("one.pdf")
    expect(page.locator("[data-proofs] [aria-current]")).to_contain_text("one.pdf")
    # The page itself does not scroll, and at the width of a telephone nothing does sideways.
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Your verdict").click()
    expect(page.locator("#rationale")).to_be_in_viewport()
    assert reader.complaints == []


@pytest.mark.heavy
def test_without_javascript_everything_is_there(browser, live_server, desk):
    member, (first, second, *_rest) = desk
    drafting.add_phrase("The policy has no date.", by=member.person, at=make.NOW)
    reader = Person(browser, live_server.url, member.person.email, java_script_enabled=False)
    reader.goes(reverse("reviews:validating", args=[first.pk]))
    page = reader.page
    page.locator("[name=verdict][value=not_met]").check(force=True)
    page.get_by_role("button", name="Phrases").click()
    page.get_by_role("button", name="The policy has no date.").click()
    expect(page.locator("#rationale")).to_have_value("The policy has no date.")
    expect(page.locator("[name=verdict]:checked")).to_have_value("not_met")
    reader.presses("File and next")
    is_at(reader, second)
    reader.follows("Undo")
    is_at(reader, first)
    reader.presses("File again")
    is_at(reader, second)
    page.get_by_role("button", name="Put off").first.click()
    page.locator("#put-off-why").fill("The annex is in Portuguese.")
    reader.presses("Put off and next")
    assert Assignment.objects.get(pk=second.pk).put_off_because == "The annex is in Portuguese."
    assert Finding.objects.count() == 2
