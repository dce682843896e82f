"""Every list that staff see says whom it writes to, or why nobody: the people are those of its rows, and no list tells."""

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.urls import resolve, reverse
from django.utils.timezone import now

from assessments.lifecycle import Status
from assessments.models import Assessment, ClaimRequest, Clarification, ExtensionRequest, JoinRequest, Membership, ReopenRequest
from reviews.models import Appeal, Assignment, PanelMember
from reviews.queries import audiences, lists
from tests.journeys.test_every_page import MORE, PAGES
from tests.permissions import world as worlds
from tests.reviews.queries.test_lists import ASKED, meant, shown
from wwc.accounts.models import User
from wwc.outbox import running
from wwc.outbox.models import Letter

# The lists that staff see and that lead neither to an export nor to a letter, and why. All other pages are about one thing.
NO_WAY = {
    "would tell of a result, or of how far it is": (
        "reviews:splits", "reviews:announcing", "reviews:announcement", "reviews:recomputations", "reviews:recomputation",
        "reviews:dry_runs", "reviews:dry_run", "insights:whole", "insights:whole_of", "insights:whole_figure",
    ),
    "shows the panel, and leads to the letter to it": ("reviews:plan", "reviews:quality", "reviews:calibrating"),
    "counts, each of which leads to its own list": ("home", "reviews:board"),
    "rows are no people": (
        "assessments:cycles", "assessments:work", "assessments:wording", "reviews:phrases", "reviews:exporting", "people:tokens",
        "people:webhooks", "people:webhook", "criteria:drafts", "criteria:compare", "reviews:calibration", "reviews:add_item",
        "reviews:plan_file",
    ),
    "people whose conflicts are nobody's business, or directors who looked": ("reviews:conflicts", "reviews:declaring", "reviews:glass"),
}  # fmt: skip
ABOUT_ONE = {
    # one city or place
    "assessments:acting", "assessments:add_city", "assessments:answering", "assessments:document", "assessments:documenting",
    "assessments:joining", "assessments:offline", "assessments:overview", "assessments:team", "reviews:asking", "reviews:award",
    "reviews:look_as_city", "reviews:look_as_public", "reviews:resolving", "reviews:settling",
    # one request, letter, person, appeal, call, reading, cycle
    "assessments:claim_one", "assessments:correct_address", "assessments:decide_reopening", "assessments:decide_time",
    "assessments:draft_cycle", "assessments:join_request", "assessments:letter", "assessments:letter_text", "assessments:policy",
    "people:letters", "reviews:appeal_case", "reviews:change_member", "reviews:correct_call", "reviews:export", "reviews:export_list",
    "reviews:person", "reviews:plan_line", "reviews:writing", "mfa_activate_totp", "mfa_index",
    # one edition
    "criteria:add_criterion", "criteria:add_tier", "criteria:draft", "criteria:draft_next", "criteria:edit_area",
    "criteria:edit_checklist", "criteria:edit_rules", "criteria:edit_standard", "criteria:edit_tier", "criteria:edit_words",
    "criteria:explain_withdrawn", "criteria:publish", "criteria:remove_tier", "criteria:retire", "criteria:set_link",
    "criteria:set_prerequisites", "criteria:standard", "criteria:withdraw_criterion",
}  # fmt: skip
PARTS = [
    *ASKED, ("letters", {"state": "sent", "q": "example"}), ("letters", {"state": "failed"}), ("letters", {"state": "canceled"}),
    *(("people", {"state": state}) for state in ("open", "closed", "asked", "erased")),
    *(("appeals", {"show": show}) for show in ("filed", "reading", "confirm", "tell", "over")),
    *(("board", {"cycle": "c26", "what": what}) for what in audiences.board.ROWS),
    *(("cities", {"cycle": "c26", "stage": stage}) for stage in Status.values),
]  # fmt: skip


@pytest.fixture
def it(db, letter_texts):
    it = worlds.world()
    running.drain(["send_letter"])
    return it


def whom(it, name, asked, role="ST"):
    return audiences.whom(name, asked, it.people[role], now())


def addresses(people):
    return sorted(each.address for each in people)


def leads(cities):
    rows = Membership.objects.filter(city__in=cities, role="lead", ended_at=None, person__is_active=True)
    return sorted(set(rows.values_list("person__email", flat=True)))


def emails(people):
    return sorted({person.email for person in people if person.is_active})


def expected(it, name, asked, rows):
    """The addresses that the rows of a page stand for, by these numbers, worked out row by row."""
    if name == "places":
        return leads(rows)
    if name == "cities" or asked.get("what") == "joined":
        return leads(Assessment.objects.filter(pk__in=rows).values_list("city", flat=True))
    if name == "appeals":
        return leads(Appeal.objects.filter(pk__in=rows).values_list("answer__assessment__city", flat=True))
    if name == "people":
        return emails(User.objects.filter(pk__in=rows))
    if name == "joining":
        return sorted({row.email for row in JoinRequest.objects.filter(pk__in=rows)})
    if name == "letters":
        return sorted({row.to.email if row.to else row.address for row in Letter.objects.filter(pk__in=rows).select_related("to")})
    if name == "panel":
        return emails(row.person for row in PanelMember.objects.filter(pk__in=rows))
    if name == "assignments":
        found = Assignment.objects.filter(answer__in=rows, member=asked["reader"], ended_at=None)
        return emails(row.member.person for row in found.select_related("member__person"))
    if name == "requests":
        of_time = [] if asked.get("kind") == "answer" else ExtensionRequest.objects.filter(pk__in=rows)
        of_answers = [] if asked.get("kind") == "time" else ReopenRequest.objects.filter(pk__in=rows)
        return emails(row.asked_by for row in [*of_time, *of_answers])
    if asked["what"] in {"waiting", "overdue"}:
        return leads(Clarification.objects.filter(pk__in=rows).values_list("answer__assessment__city", flat=True))
    waiting = Assignment.objects.filter(answer__in=rows, ended_at=None, member__left_at=None, findings=None)
    return emails(row.member.person for row in waiting.select_related("member__person"))


def test_every_list_that_staff_see_is_decided():
    """A page that staff see is a list that writes or says why not, a list that stays without, or about one thing."""
    seen = {
        route
        for pages in (PAGES, MORE)
        for route, sees in pages.items()
        for see in sees
        if see.who in {"staff", "director", "torn director"}
    }
    theirs = {resolve(lists.LISTS[name].page({"assessment": "1", "reader": "1"})).view_name for name in lists.LISTS}
    without = [route for routes in NO_WAY.values() for route in routes]
    assert sorted([*theirs, *without, *ABOUT_ONE]) == sorted(seen)


def test_every_list_writes_or_says_why_not():
    assert {each.partition("/")[0] for each in audiences.WRITES} | set(audiences.NOBODY) == set(lists.LISTS)
    assert {name for name, _asked in PARTS} == set(lists.LISTS)
    assert audiences.why_not("people", {"state": "asked"}), "who is to be erased would hear of it"
    parts = {part for part in audiences.WRITES if part.startswith("board/")}
    assert parts <= {f"board/{what}" for what in audiences.board.ROWS}


def test_the_people_are_those_of_the_rows_and_the_page_leads_to_them(it, client_of):
    """For every list and part: where it writes, its page has the link and the letter reaches the people of the rows that it shows."""
    client, wrong, tried = client_of(it.people["ST"]), [], set()
    for name, asked in PARTS:
        asked = meant(asked, it)
        page = client.get(f"{lists.LISTS[name].page(asked)}?{urlencode(asked)}").content.decode()
        rows = shown(client, name, asked)
        start = reverse("reviews:writing", args=[name])
        link = page.partition(f'href="{start}')[2].partition('"')[0].replace("&amp;", "&")
        writes = audiences.why_not(name, asked) is None
        if bool(link) != (writes and bool(rows)):
            wrong.append(f"{name} {asked}: link {link!r}, rows {len(rows)}")
        answer = client.get(f"{start}?{urlencode(asked)}")
        if answer.status_code != (200 if writes else 403):
            wrong.append(f"{name} {asked}: {answer.status_code}")
        if not writes:
            continue
        if link and not set(asked.items()) <= set(parse_qsl(urlsplit(link).query)):
            wrong.append(f"{name} {asked}: leads to {link}")
        found = whom(it, name, asked)
        alike = found.wider or (name, asked.get("stage")) == ("cities", None)
        if not alike and addresses(found.people) != expected(it, name, asked, rows):
            wrong.append(f"{name} {asked}: {addresses(found.people)} instead of {expected(it, name, asked, rows)}")
        if addresses(found.people):
            tried.add(name if name != "board" else f"board/{asked['what']}")
    assert wrong == []
    assert tried >= {"cities", "appeals", "letters", "people", "joining", "requests", "places", "assignments", "panel", "board/joined"}
    assert tried >= {"board/waiting", "board/unread"}


def test_an_appeal_is_one_until_its_city_is_told(it):
    """Being read, to be confirmed, to be told: whichever staff look at, the letter goes to the cities of all three."""
    of = {show: set(Appeal.objects.filter(status__in=audiences.lists.appeals.PARTS[show])) for show in ("reading", "confirm", "tell")}
    assert of["reading"]
    assert of["confirm"]
    cities = {appeal.answer.assessment.city_id for appeals in of.values() for appeal in appeals}
    for show in of:
        found = whom(it, "appeals", {"show": show})
        assert found.wider
        assert addresses(found.people) == leads(cities)
    assert not whom(it, "appeals", {"show": "filed"}).wider


def test_no_list_reaches_a_city_that_is_closed_to_who_writes(it):
    """By all lists: whoever is a conflict's person writes to nobody for such a city."""
    closed = audiences.closed_city_ids(it.people["conflict"])
    assert closed
    reached = 0
    for name, asked in PARTS:
        asked = meant(asked, it)
        if audiences.why_not(name, asked) is None:
            found = whom(it, name, asked, "conflict")
            assert found.closed == len(closed)
            assert not {each.city.pk for each in found.people if each.city} & closed, f"{name} {asked}"
            named = [place for left in found.left_out for place in left.names]
            assert not {str(it.case.city), str(it.reading.city)} & set(named), f"{name} {asked}"
            reached += len(found.people)
    assert reached


def test_who_asks_to_become_a_lead_is_not_written_to(it, client_of):
    """Whether it still waits is not told before the period ends, so neither part of that list writes."""
    assert ClaimRequest.objects.filter(outcome="open").exclude(confirmed_at=None).exists()
    for show in ({}, {"show": "ended"}):
        page = client_of(it.people["ST"]).get(reverse("reviews:writing", args=["claims"], query=show))
        assert page.status_code == 403
        assert "learns nothing before the period ends" in page.text
