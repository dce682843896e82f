"""Nothing that somebody types is lost: not with the connection, not with the session, not between two people."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from assessments.models import AnswerVersion, Draft
from tests.factories import assessments as cases
from tests.support.browser import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("standing")]

CLOCK = re.compile(r"^Saved \d+:\d\d [ap]\.m\.$")


class Writer(Person):
    """Somebody of the city on the page of one answer."""

    def __init__(self, browser, site, person, case, code="DM1", **options):
        super().__init__(browser, site, person.email, **options)
        self.address = reverse("assessments:answering", args=[case.pk, code])
        self.goes(self.address)
        self.text = self.page.locator("#id_narrative")
        self.state = self.page.locator("[data-saved]")

    def writes(self, words):
        """Type at the end of the text."""
        self.text.focus()
        self.page.keyboard.press("Control+End")
        self.page.keyboard.type(words)

    def waits_until_kept(self):
        """Until the page says that the text is saved."""
        expect(self.state).to_have_text(CLOCK)


def test_what_is_typed_saves_itself_and_outlasts_session_and_window(browser, live_server):
    case = cases.started()
    lead = Writer(browser, live_server.url, cases.lead(case.city), case)
    lead.writes("We do")
    lead.waits_until_kept()
    assert (Draft.objects.get().narrative, AnswerVersion.objects.count()) == ("We do", 0)

    # The session ends: the text stays in this browser, and after signing in it is back in the field.
    lead.context.clear_cookies(name="sessionid")
    lead.writes(" all of it.")
    expect(lead.state).to_contain_text("You were signed out after a pause. Your text is kept; sign in and go on at the same line.")
    assert Draft.objects.get().narrative == "We do"
    lead.state.get_by_role("link", name="Sign in").click()
    lead.page.get_by_label("Email").fill(cases.lead(case.city).email)
    lead.page.get_by_label("Password").fill("correct horse battery")
    lead.page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(lead.page.locator("[data-found]")).to_contain_text("was never saved to the answer. It is back in the field.")
    expect(lead.text).to_have_value("We do all of it.")
    lead.page.locator("[data-keep]").click()
    expect(lead.page.locator("[data-found]")).to_be_hidden()
    expect(lead.text).to_be_focused()

    # Saving is one key away, and leaves nothing unsaved here or there.
    lead.page.keyboard.press("Control+Enter")
    expect(lead.page.locator("[data-found]")).to_have_count(0)
    expect(lead.page.locator("input[name=based_on]")).to_have_value("1")
    assert AnswerVersion.objects.get().narrative == "We do all of it."
    assert lead.page.evaluate("localStorage.length") == 0
    assert not Draft.objects.filter(saved_at__isnull=False).exists()
    assert [each for each in lead.complaints if "status of" not in each] == []


@pytest.mark.heavy
def test_a_lost_connection_loses_nothing(browser, live_server):
    case = cases.started()
    lead = Writer(browser, live_server.url, cases.lead(case.city), case)
    lead.context.set_offline(True)
    lead.writes("Written on a train.")
    expect(lead.state).to_have_text(
        re.compile(
            r"^No connection since \d+:\d\d [ap]\.m\. Keep writing: the text stays in this browser and is saved when you are back\.$"
        )
    )
    lead.page.keyboard.press("Control+Enter")  # nothing is sent, and the page stays
    expect(lead.text).to_have_value("Written on a train.")
    assert not AnswerVersion.objects.exists()
    lead.context.set_offline(False)
    lead.waits_until_kept()
    assert Draft.objects.get().narrative == "Written on a train."
    assert lead.page.evaluate("localStorage.length") == 0

    # The computer is closed before anything could be sent: the next page brings it back.
    lead.context.set_offline(True)
    lead.writes(" And on.")
    expect(lead.state).to_contain_text("No connection since")
    lead.page.goto("about:blank")
    lead.context.set_offline(False)
    lead.goes(lead.address)
    expect(lead.page.locator("[data-found]")).to_be_visible()
    expect(lead.text).to_have_value("Written on a train. And on.")


@pytest.mark.heavy
def test_a_server_that_is_too_busy_is_asked_again(browser, live_server):
    case = cases.started()
    lead = Writer(browser, live_server.url, cases.lead(case.city), case)
    lead.page.route("**/draft/", lambda route: route.fulfill(status=503, body="Too busy."))
    lead.writes("Patience.")
    expect(lead.state).to_have_text("Not saved yet. Your text is kept in this browser; next try in 5 seconds.")
    lead.page.unroute("**/draft/")
    lead.waits_until_kept()
    assert Draft.objects.get().narrative == "Patience."


@pytest.mark.heavy
def test_leaving_and_the_back_button_lose_nothing(browser, live_server):
    case = cases.started()
    lead = Writer(browser, live_server.url, cases.lead(case.city), case)
    lead.page.get_by_role("radio", name="Not yet").check()
    lead.page.get_by_role("checkbox").first.check()
    lead.writes("In the middle of a")
    lead.page.get_by_role("link", name="All eight areas").first.click()
    lead.page.wait_for_load_state()
    lead.page.go_back()
    expect(lead.text).to_have_value("In the middle of a")
    expect(lead.page.get_by_role("radio", name="Not yet")).to_be_checked()
    expect(lead.page.get_by_role("checkbox").first).to_be_checked()
    lead.follows("Show the saved one")
    expect(lead.text).to_have_value("")
    lead.follows("Show my text")
    expect(lead.text).to_have_value("In the middle of a")
    lead.presses("Save")
    lead.page.go_back()
    expect(lead.text).to_have_value("In the middle of a")
    expect(lead.page.locator("[data-found]")).to_have_count(0)
    assert AnswerVersion.objects.count() == 1


@pytest.mark.heavy
def test_two_people_see_each_other_and_both_texts(browser, live_server):
    case = cases.started()
    one = cases.said(case, narrative="We meet weekly.")
    lead = Writer(browser, live_server.url, cases.lead(case.city), case)
    other = Writer(browser, live_server.url, cases.contributor(case.city), case)
    other.sees("Lead port lindell is here too.")
    lead.writes(" On Mondays.")
    lead.waits_until_kept()
    lead.sees("Contributor port lindell is here too.")
    other.writes(" On Fridays.")
    other.waits_until_kept()
    other.sees("Lead port lindell is here too, with unsaved text.")
    lead.page.keyboard.press("Control+Enter")
    lead.page.wait_for_load_state()
    other.writes(" At noon.")
    other.sees("Lead port lindell saved this answer")

    other.presses("Save", within=".keep")
    other.sees("Lead port lindell saved while you were writing. Both texts are kept. Take one, or write a third from both.")
    section = other.page.get_by_role("region")
    expect(section.filter(has_text="Yours, not saved yet").locator("ins")).to_contain_text("On Fridays. At noon.")
    expect(section.filter(has=other.page.get_by_role("heading", name="Lead port lindell")).locator("ins")).to_contain_text("On Mondays.")
    expect(section.filter(has_text="The text you both began from")).to_contain_text("We meet weekly.")
    assert Draft.objects.get(person=cases.contributor(case.city)).narrative == "We meet weekly. On Fridays. At noon."

    # Going away chooses nothing; the text is back, and saving asks again.
    other.goes(other.address)
    expect(other.text).to_have_value("We meet weekly. On Fridays. At noon.")
    other.presses("Save", within=".keep")
    other.presses("Take mine")
    other.page.wait_for_url(f"**{other.address}")
    one.refresh_from_db()
    assert (one.version, one.current.narrative) == (3, "We meet weekly. On Fridays. At noon.")

    # Saved faster than the text could save itself: the page with both texts stays.
    lead.writes(" Third.")
    lead.page.keyboard.press("Control+Enter")
    expect(lead.page.get_by_role("heading", name="Two people, one answer")).to_be_visible()
    lead.page.wait_for_load_state("networkidle")
    expect(lead.page.get_by_role("heading", name="Two people, one answer")).to_be_visible()
    lead.presses("Take theirs")
    expect(lead.text).to_have_value("We meet weekly. On Fridays. At noon.")
    assert not Draft.objects.filter(saved_at__isnull=False).exists()


def test_what_is_on_its_way_arrives_before_the_form(browser, live_server):
    case = cases.started()
    lead = Writer(browser, live_server.url, cases.lead(case.city), case)
    held = []
    lead.page.route("**/draft/", lambda route: held.append(route))
    lead.writes("We do.")
    lead.page.get_by_role("radio", name="Yes").check()  # a field is left, so the text sets out
    lead.page.keyboard.press("Control+Enter")
    expect(lead.page.locator("form[data-answer]")).to_have_attribute("aria-busy", "true")
    assert len(held) == 1
    assert not AnswerVersion.objects.exists()
    held[0].continue_()
    expect(lead.page.locator("form[data-answer]")).not_to_have_attribute("aria-busy", "true")
    assert AnswerVersion.objects.get().narrative == "We do."
    assert not Draft.objects.filter(saved_at__isnull=False).exists()


@pytest.mark.heavy
def test_a_form_that_waited_and_found_no_connection_saves_itself_again(browser, live_server):
    case = cases.started()
    lead = Writer(browser, live_server.url, cases.lead(case.city), case)
    held = []
    lead.page.route("**/draft/", lambda route: held.append(route))
    lead.writes("We do.")
    lead.page.get_by_role("radio", name="Yes").check()  # a field is left, so the text sets out
    lead.page.keyboard.press("Control+Enter")
    form = lead.page.locator("form[data-answer]")
    expect(form).to_have_attribute("aria-busy", "true")
    lead.context.set_offline(True)
    held[0].abort()
    expect(form).not_to_have_attribute("aria-busy", "true")
    assert not AnswerVersion.objects.exists()
    lead.page.unroute("**/draft/")
    lead.context.set_offline(False)
    lead.waits_until_kept()
    assert Draft.objects.get().narrative == "We do."


@pytest.mark.heavy
def test_without_a_script_buttons_do_it(browser, live_server):
    case = cases.started()
    cases.said(case, narrative="We meet weekly.")
    other = Writer(browser, live_server.url, cases.contributor(case.city), case)
    other.writes(" On Fridays.")
    other.waits_until_kept()
    lead = Writer(browser, live_server.url, cases.lead(case.city), case, java_script_enabled=False)
    lead.sees("Contributor port lindell is here too, with unsaved text.")
    lead.text.fill("We meet daily.")
    lead.presses("Save", within=".keep")
    other.page.keyboard.press("Control+Enter")
    other.sees("Lead port lindell saved while you were writing.")
    lead.fills("In your own words", "We never meet.")
    lead.page.context.clear_cookies(name="sessionid")
    lead.presses("Save", within=".keep")
    lead.sees("You were signed out after a pause. Your text is kept; sign in and go on at the same line.")
    lead.page.get_by_label("Email").fill(cases.lead(case.city).email)
    lead.page.get_by_label("Password").fill("correct horse battery")
    lead.page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(lead.text).to_have_value("We never meet.")
    lead.presses("Save", within=".keep")
    lead.follows("All 3 versions, and what changed")
    lead.page.get_by_label("From version 1").check()
    lead.presses("Show what changed")
    lead.sees("From version 1 to version 3")
    lead.presses("Use this one again")
    lead.sees("is the answer again. Nothing was removed.")
    lead.goes(reverse("assessments:delegating", args=[case.pk]) + "?criteria=DM1")
    lead.page.get_by_label("To whom").select_option(label="Contributor port lindell")
    lead.page.get_by_label(re.compile("^By")).fill("2089-03-01")
    lead.presses("Hand to the colleague")
    lead.sees("1 criterion is with Contributor port lindell")
    lead.goes(lead.address)
    lead.page.locator("summary", has_text="Write a note").click()
    lead.page.locator("#id_text").fill("Ask the clerk.")
    lead.presses("Add note")
    lead.sees("Ask the clerk.")
