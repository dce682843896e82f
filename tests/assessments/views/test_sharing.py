"""Hand to a colleague, notes for colleagues alone, and all versions of an answer."""

from copy import deepcopy
from datetime import date
from html import unescape

import pytest
from django.urls import reverse

from assessments.actions import delegating, noting
from assessments.models import AnswerVersion, Delegation, Draft, Note
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.factories import people
from tests.factories import reviews as make
from tests.support.counting import same_queries
from wwc.accounts import tokens
from wwc.accounts.models import ApiToken
from wwc.refusals import NotFound

pytestmark = pytest.mark.django_db

DAY = date(2089, 3, 1)
CANARY = "kanarienvogel-4711"


@pytest.fixture(scope="module")
def case_once(shared):
    return cases.started()


@pytest.fixture
def case(case_once, db):
    """The assessment, as each test finds it."""
    return deepcopy(case_once)


def _address(case, name, *more):
    return reverse(f"assessments:{name}", args=[case.pk, *more])


def _page(client, address):
    return unescape(client.get(address, follow=True).content.decode())


# Hand to a colleague


def test_a_whole_area_and_single_ones_are_handed_over(case, client_of):
    client, to = client_of(cases.lead(case.city)), cases.contributor(case.city)
    page = _page(client, _address(case, "delegating") + "?criteria=DM1")
    assert page.count(" checked") == 1
    area = cases.answer(case, "LC1").criterion.area_id
    response = client.post(_address(case, "delegating"), {"to": to.pk, "due": "2089-03-01", "criteria": ["DM1", "DM2"], "areas": [area]})
    assert response["Location"] == _address(case, "overview")
    handed = Delegation.objects.filter(answer__criterion__area=area).count()
    assert handed > 1
    assert f"{handed + 2} criteria are with Contributor port lindell, by Tuesday, March 1." in _page(client, _address(case, "overview"))
    mine = _page(client_of(to), _address(case, "overview"))
    assert "With you" in mine
    assert "by March 1" in mine
    assert "With Contributor port lindell, by Tuesday, March 1." in _page(client, _address(case, "answering", "DM1"))
    assert "with Contributor port lindell, by March 1" in _page(client, _address(case, "delegating"))


def test_a_mistake_keeps_what_was_ticked(case, client_of):
    client = client_of(cases.lead(case.city))
    for fields, words in (
        ({"criteria": ["DM1"], "due": "2089-03-01"}, "Choose a colleague."),
        ({"criteria": ["DM1"], "to": cases.contributor(case.city).pk}, "Enter a date like"),
        ({"criteria": ["DM1"], "to": cases.contributor(case.city).pk, "due": "2020-03-01"}, "The date must lie ahead."),
    ):
        response = client.post(_address(case, "delegating"), fields)
        page = unescape(response.content.decode())
        assert response.status_code == 422
        assert words in page
        assert 'value="DM1" checked' in page
    assert "Choose at least one criterion." in unescape(
        client.post(_address(case, "delegating"), {"to": cases.lead(case.city).pk, "due": "2089-03-01"}).content.decode()
    )


def test_it_is_taken_back_from_the_page_of_the_answer(case, client_of, staff):
    row = delegating.hand(
        case, answers=[cases.answer(case)], to=cases.contributor(case.city), due_on=DAY, by=cases.lead(case.city), at=NOW
    )[0]
    assert client_of(staff).post(reverse("assessments:take_back", args=[row.pk])).status_code == 404
    assert "With Contributor" not in _page(client_of(staff), _address(case, "answering", "DM1"))
    client = client_of(cases.lead(case.city))
    client.post(reverse("assessments:take_back", args=[row.pk]))
    assert "DM1 is no longer with Contributor port lindell." in _page(client, _address(case, "answering", "DM1"))


def test_the_page_takes_the_same_queries_whoever_has_what(case, client_of):
    lead = cases.lead(case.city)

    def more():
        answers = [cases.answer(case, f"DM{n}") for n in range(1, 6)]
        delegating.hand(case, answers=answers, to=lead, due_on=DAY, by=lead, at=NOW)

    same_queries(client_of(lead), _address(case, "delegating"), more, 9)


# Notes for colleagues


def test_colleagues_read_what_colleagues_note(case, client_of):
    client = client_of(cases.contributor(case.city))
    client.post(_address(case, "note", "DM1"), {"text": "Ask <the> clerk."})
    assert "Ask <the> clerk." in _page(client_of(cases.signatory(case.city)), _address(case, "answering", "DM1"))
    assert "Write the note first." in unescape(client.post(_address(case, "note", "DM1"), {"text": " "}, follow=True).content.decode())
    assert Note.objects.count() == 1


def test_a_note_written_in_an_ended_session_is_back_after_signing_in(case, client_of):
    client = client_of(None)
    sent = client.post(_address(case, "note", "DM1"), {"text": "Half a thought."})
    assert sent["Location"].startswith("/accounts/login/")
    client.force_login(cases.lead(case.city), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Half a thought.</textarea>" in _page(client, _address(case, "note", "DM1"))
    client.post(_address(case, "note", "DM1"), {"text": "Half a thought."})
    assert "Half a thought.</textarea>" not in _page(client, _address(case, "answering", "DM1"))


def test_no_page_list_or_count_shows_a_note_to_anybody_else(client_of, staff, director, stranger):
    """A planted note, looked for on every page that shows the case to somebody who is not of the city, and over the API."""
    cycle = make.cycle()
    case = make.submitted("Alder Reach", cycle)
    one = make.answer(case, "A1")
    member = make.reader(cycle)
    assignment = make.assign(one, member)
    practice = make.reader(cycle, "practice-lead", part="lead", areas=["A"]).person
    for _ in range(3):
        noting.note(one, text=CANARY, by=cases.lead(case.city), at=NOW)
    assert CANARY in _page(client_of(cases.lead(case.city)), _address(case, "answering", "A1"))
    city = case.city
    addresses = [
        _address(case, "overview"), _address(case, "answering", "A1"), _address(case, "history", "A1"), _address(case, "case"),
        _address(case, "receipt"), _address(case, "submitting"), _address(case, "clarifying"),
        reverse("assessments:documenting", args=[city.slug]), reverse("assessments:letters", args=[city.slug]),
        reverse("assessments:team", args=[city.slug]), reverse("assessments:work"), reverse("assessments:all_letters"),
        reverse("assessments:cycle", args=[cycle.slug]),
        reverse("reviews:desk"), reverse("reviews:validating", args=[assignment.pk]), reverse("reviews:settling", args=[one.pk]),
        reverse("reviews:confirming", args=[case.pk]), reverse("reviews:resolving", args=[case.pk]),
        reverse("reviews:board", args=[cycle.slug]), reverse("reviews:rows", args=[cycle.slug, "unread"]),
        reverse("home"), "/api/v1/",
    ]  # fmt: skip
    for person in (staff, director, member.person, practice, stranger, people.person("lead-of-another-city")):
        client = client_of(person)
        for address in addresses:
            page = _page(client, address)
            assert CANARY not in page, f"{address} as {person}"
            assert "Notes for colleagues" not in page, f"{address} as {person}"
        assert client.post(_address(case, "note", "A1"), {"text": "Me too."}).status_code == 404
        with pytest.raises(NotFound):
            noting.note(one, text="Me too.", by=person, at=NOW)
    assert Note.objects.count() == 3
    _token, secret = tokens.make("All", scopes=list(ApiToken.Scope.values), days=90, by=staff, at=NOW)
    api = client_of()
    for address in ("/api/v1/assessments/", f"/api/v1/assessments/{case.pk}/", "/api/v1/cities/", "/api/v1/"):
        assert CANARY not in api.get(address, headers={"authorization": f"Bearer {secret}"}).content.decode()


# All versions of an answer


def test_any_two_versions_are_compared_and_one_is_used_again(case, client_of):
    cases.said(case, narrative="We <b>meet</b> weekly.")
    cases.said(case, claim="not_met", ticks=[2], narrative="We <b>meet</b> daily.", by=cases.contributor(case.city))
    cases.said(case, narrative="Third.")
    client = client_of(cases.lead(case.city))
    page = client.get(_address(case, "history", "DM1") + "?from=2&to=1").content.decode()
    assert "From version 1 to version 2" in page
    assert "We &lt;b&gt;meet&lt;/b&gt;<del>" in page
    assert '<ins><span class="vh">new: </span> daily.</ins>' in page
    assert "<ins>Not yet</ins>" in page
    assert "From version 2 to version 3" in client.get(_address(case, "history", "DM1")).content.decode()
    for odd in ("?from=9&to=1", "?from=x&to=1", "?to=-5"):
        assert client.get(_address(case, "history", "DM1") + odd).status_code == 404
    client.post(_address(case, "restore", "DM1", 1), {"based_on": "3"})
    assert AnswerVersion.objects.order_by("-pk")[0].narrative == "We <b>meet</b> weekly."
    stale = client.post(_address(case, "restore", "DM1", 2), {"based_on": "3"})
    assert stale.status_code == 409
    assert "saved while you were writing" in stale.content.decode()
    assert client.post(_address(case, "restore", "DM1", 2), {}).status_code == 409
    assert not Draft.objects.filter(saved_at__isnull=False).exists()


def test_before_anything_was_saved_the_history_is_empty(case, client_of, staff):
    assert "Nothing was saved yet." in _page(client_of(staff), _address(case, "history", "DM1"))


def test_the_history_takes_the_same_queries_for_2_and_60_versions(case, client_of):
    one = cases.said(case)
    cases.said(case, narrative="Second.")

    def more():
        for n in range(3, 61):
            last = AnswerVersion.objects.create(answer=one, number=n, narrative=f"{n}", saved_at=NOW, saved_by=cases.lead(case.city))
        one.__class__.objects.filter(pk=one.pk).update(version=60, current=last)

    same_queries(client_of(cases.lead(case.city)), _address(case, "history", "DM1"), more, 9)
