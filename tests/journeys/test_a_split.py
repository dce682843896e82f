"""Three readers and a practice lead, by keyboard alone: a conflict half-way, two blind verdicts that differ, a question to the city,
verdicts that still hold, a third reader, a settled split.
"""

import pytest
from playwright.sync_api import Locator, expect

from assessments.actions import clarifying
from assessments.models import Clarification
from reviews.models import Assignment, Finding, Resolution
from reviews.queries import verdicts
from tests.factories import reviews as make
from tests.support.browser import Person
from wwc.outbox.models import Letter

pytestmark = [pytest.mark.browser, pytest.mark.heavy, pytest.mark.django_db(transaction=True)]
STEPS = 150  # how often Tab is pressed at most to come to something


class AtKeys(Person):
    """Somebody who touches no mouse."""

    def comes_to(self, what: Locator) -> None:
        """Press Tab until it has the focus."""
        expect(what).to_be_visible()
        for _step in range(STEPS):
            if what.evaluate("each => each === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not come to {what}")

    def enters(self, what: Locator) -> None:
        """Come to a link or button, and press Enter."""
        self.comes_to(what)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def types(self, what: Locator, text: str) -> None:
        """Come to a field, and type."""
        self.comes_to(what)
        self.page.keyboard.type(text)

    def files(self, reading: Assignment, keys: str, why: str = "") -> None:
        """Open an answer, type the reasons, press the keys of ticks and verdict, file."""
        self.goes(f"/reviews/reading/{reading.pk}/")
        if why:
            self.page.keyboard.press("t")
            self.page.keyboard.type(why)
            self.page.keyboard.press("Escape")
        for key in keys:
            self.page.keyboard.press(key)
        filed = Finding.objects.count()
        self.page.keyboard.press("Control+Enter")
        for _wait in range(100):
            if Finding.objects.count() > filed:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"nothing was filed at {self.page.url}")


@pytest.fixture
def world(db):
    """A city with a core criterion that two read, another that the first reader turns out to know, a third reader, a lead."""
    cycle = make.cycle()
    case, known = make.submitted("Alder Reach", cycle), make.submitted("Port Lindell", cycle)
    people = {name: make.reader(cycle, name) for name in ("first", "second", "third")}
    people["lead"] = make.reader(cycle, "lead", part="lead", areas=["A"])
    return case, known, people


def replies(case):
    """The city answers the question that is open."""
    asked, lead = Clarification.objects.get(status="sent"), make.lead_of(case.city)
    words = {"text": "The signed policy is on page 2.", "narrative": "Signed in March.", "claim": "met", "ticks": [1, 2]}
    clarifying.keep_reply(asked, **words, seen_at=make.NOW, based_on=asked.answer.version, by=lead, at=make.NOW)
    clarifying.mark_ready(asked, by=lead, at=make.NOW)
    clarifying.send_replies(case, by=lead, at=make.NOW)


def test_a_split_is_settled_by_keys(browser, live_server, standing, world):
    case, known, people = world
    core = make.answer(case, "A1")
    one, two = make.assign(core, people["first"]), make.assign(core, people["second"], "second")
    there = make.assign(make.answer(known, "A1"), people["first"])
    first, second, third, lead = (AtKeys(browser, live_server.url, people[name].person.email) for name in people)
    staff = AtKeys(browser, live_server.url, make.person("staff").email)

    # Half-way the first reader sees that they worked for one of the cities: it is closed to them at once.
    first.goes(f"/reviews/reading/{there.pk}/")
    first.sees("Port Lindell")
    first.goes("/reviews/conflicts/c26/?show=answered")
    first.comes_to(first.page.locator(f"[name=said-{known.city_id}][value=none]"))
    first.page.keyboard.press("ArrowRight")
    first.types(first.page.locator(f"#reason-{known.city_id}"), "Worked there until 2021.")
    with first.page.expect_navigation():
        first.page.keyboard.press("Enter")
    assert first.goes(f"/reviews/reading/{there.pk}/") == 404
    first.goes("/reviews/desk/")
    first.sees_not("Port Lindell")

    # Two verdicts, each blind.
    first.files(one, "12m", "Page 2 is signed, I think.")
    second.goes(f"/reviews/reading/{two.pk}/")
    second.sees_not("Page 2 is signed, I think.")
    second.files(two, "1n", "The policy is a draft.")
    assert verdicts.state_of(core) == "split"
    assert Letter.objects.filter(kind="split").count() == 2

    # Side by side the first asks the city: a draft, the letter looked over, sent.
    first.goes(f"/reviews/settling/answer/{core.pk}/")
    first.sees("The policy is a draft.")
    first.types(first.page.locator("#question"), "Is the policy signed?")
    first.enters(first.page.get_by_role("button", name="Keep as a draft"))
    first.goes(f"/reviews/questions/{case.pk}/")
    first.sees("round 1 of 2")
    first.enters(first.page.get_by_role("button", name="Send 1 question"))
    assert Clarification.objects.get().voice == "A"
    replies(case)
    assert verdicts.state_of(core) == "stale"

    # Each says with one key that the verdict still holds.
    for reader, reading in ((first, one), (second, two)):
        reader.goes(f"/reviews/reading/{reading.pk}/")
        reader.sees("Changed since your verdict")
        reader.page.keyboard.press("s")
        reader.page.wait_for_function("() => !document.querySelector('[data-still-holds]')")
    core.refresh_from_db()
    assert verdicts.state_of(core) == "split"

    # They pass it on; staff publish the plan of third readings; the third judges blind.
    second.goes(f"/reviews/settling/answer/{core.pk}/")
    second.enters(second.page.get_by_role("button", name="Pass it on"))
    second.sees("Passed on.")
    staff.goes(f"/reviews/settling/answer/{core.pk}/")
    staff.enters(staff.page.get_by_role("link", name="Assign a third reader"))
    staff.enters(staff.page.locator("form[action$='/plan/publish/'] button").first)
    mine = Assignment.objects.get(slot="third", ended_at=None)
    assert mine.member == people["third"]
    third.goes(f"/reviews/reading/{mine.pk}/")
    for hidden in ("Page 2 is signed, I think.", "The policy is a draft."):
        third.sees_not(hidden)
    third.files(mine, "12m", "It is signed on page 2.")

    # Two of three are the same; the lead records it. Every finding stays.
    lead.goes(f"/reviews/settling/answer/{core.pk}/")
    lead.enters(lead.page.get_by_role("button", name="Record the verdict"))
    lead.sees("third reader")
    settled = Resolution.objects.get()
    assert (settled.how, settled.verdict, settled.rationale) == ("third", "met", "It is signed on page 2.")
    assert Finding.objects.filter(answer=core).count() == 5
    assert [each.complaints for each in (second, third, lead, staff)] == [[], [], [], []]
