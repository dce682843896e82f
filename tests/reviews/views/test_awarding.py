"""The pages where staff decide."""

from copy import deepcopy

import pytest
from django.urls import reverse

from assessments.models import Conflict, ConflictState
from criteria.queries import rulebook
from reviews.lifecycle import AwardStatus
from reviews.models import Award
from reviews.queries import results
from tests.criteria.scoring import naive
from tests.factories import results as make
from tests.support.counting import same_queries

LIST = "/reviews/deciding/"


@pytest.fixture(scope="module")
def case_once(shared):
    return make.scored(make.city("Alder Reach"), 31)


@pytest.fixture
def case(case_once, db):
    """The assessment, as each test finds it."""
    return deepcopy(case_once)


def propose(client, case, **given):
    score = results.current_score(case)
    return client.post(reverse("reviews:propose", args=[case.pk]), {"score": score.pk if score else 0, "given": "gold", **given})


@pytest.mark.parametrize("who", ["alder-reach-lead", "stranger", "reader"])
def test_nobody_else_finds_the_pages(case, client_of, who):
    client = client_of(make.people.person(who))
    for address in (LIST, reverse("reviews:award", args=[case.pk]), "/reviews/announcing/"):
        assert client.get(address).status_code == 404
    assert propose(client, case).status_code == 404


def test_the_list_shows_score_and_distance(case, client_of, staff):
    page = client_of(staff).get(LIST).content.decode()
    assert "Alder Reach, Ohio" in page
    assert "6 to Platinum, 1 above its line" in page
    assert "near a line" in page


def test_a_conflict_closes_the_city_on_every_page(case, client_of, staff, now):
    Conflict.objects.create(
        person=staff, city=case.city, cycle=case.cycle, state=ConflictState.FOUND, reason="Family.", said_at=now, said_by=staff
    )
    client = client_of(staff)
    assert "Alder Reach" not in client.get(LIST).content.decode()
    assert client.get(reverse("reviews:award", args=[case.pk])).status_code == 404


def test_one_proposes_and_another_approves(case, client_of, staff, director, letter_texts):
    response = propose(client_of(staff), case, show="ready")
    assert response.url == f"{LIST}?show=ready"
    award = Award.objects.get()
    assert (award.kind, award.tier, award.status) == ("new", "gold", AwardStatus.PROPOSED)
    address = reverse("reviews:approve", args=[award.pk])
    refused = client_of(staff).post(address)
    assert refused.status_code == 403
    assert "A director approves" in refused.content.decode()
    client_of(director).post(address)
    award.refresh_from_db()
    assert award.status == AwardStatus.APPROVED


def test_another_tier_needs_a_reason(case, client_of, staff):
    client = client_of(staff)
    page = client.get(propose(client, case, given="platinum").url)
    assert "This needs a reason in words." in page.content.decode()
    assert not Award.objects.exists()
    propose(client, case, given="platinum", reason="The board decided so.")
    assert Award.objects.get().reason == "The board decided so."
    listed = client.get(f"{LIST}?show=proposed").content.decode()
    assert "with a reason" in listed


@pytest.mark.parametrize("given", ["", "diamond"])
def test_a_wrong_choice_stores_nothing(case, client_of, staff, given):
    assert propose(client_of(staff), case, given=given).status_code == 302
    assert not Award.objects.exists()


def test_a_score_of_another_city_decides_nothing(case, client_of, staff):
    other = make.scored(make.city("Fort Hallam"), 31)
    score = results.current_score(other)
    assert client_of(staff).post(reverse("reviews:propose", args=[case.pk]), {"score": score.pk, "given": "gold"}).status_code == 404


@pytest.mark.parametrize("name", ["propose", "approve", "retract"])
def test_looking_changes_nothing(case, client_of, staff, name):
    assert client_of(staff).get(reverse(f"reviews:{name}", args=[case.pk])).status_code == 405


def test_the_page_of_one_shows_every_reason(case, client_of, staff):
    page = client_of(staff).get(reverse("reviews:award", args=[case.pk])).content.decode()
    assert page.count("Reasons for ") == 43


def test_a_missing_score_is_said(db, client_of, staff):
    case = make.settled(make.city("Quillon"), make.met(31))
    client = client_of(staff)
    assert "The score is being worked out" in client.get(LIST).content.decode()
    assert "The score is being worked out" in client.get(reverse("reviews:award", args=[case.pk])).content.decode()


def test_the_list_takes_the_same_queries_for_one_and_thirty(case, client_of, staff):
    def more():
        for n in range(29):
            make.scored(make.city(f"Fort Hallam {n}"), 20)

    same_queries(client_of(staff), LIST, more, expected=11)


# The calculator: what if these verdicts turned round


def what_if(client, case, *codes):
    return client.get(reverse("reviews:award", args=[case.pk]), {"flip": codes})


def test_the_calculator_says_what_would_follow_and_keeps_nothing(case, client_of, staff):
    client, codes = client_of(staff), make.met(31)
    assert what_if(client, case).context["what_if"] is None
    answer = what_if(client, case, codes[-1], codes[-2])
    found, page = answer.context["what_if"], answer.content.decode()
    assert (found.points, found.tier) == (29, "silver")
    assert "29 of 43 points" in page
    assert "another tier" in page
    assert "Gold: 1 point short" in page
    assert f'value="{codes[-1]}" checked' in page
    assert (case.scores.count(), case.scores.get().points, results.current_score(case).points) == (1, 31, 31)


def test_the_calculator_turns_both_ways_and_names_what_is_blocked(case, client_of, staff):
    assert what_if(client_of(staff), case, make.met(32)[-1]).context["what_if"].points == 32
    answer = what_if(client_of(staff), case, "PA1")
    assert answer.context["what_if"].tier is None
    blocked = [reason.code for reason in answer.context["what_if"].reasons if reason.why == "blocked"]
    assert "core criterion missing: PA1" in answer.content.decode()
    for code in blocked:
        assert f"{code} is blocked: it needs" in answer.content.decode()
    assert "the same tier" in what_if(client_of(staff), case, make.met(31)[-1]).content.decode()


@pytest.mark.parametrize("code", ["XX9", "<b>", "", "PA1 OR 1=1"])
def test_the_calculator_takes_criteria_of_the_edition_only(case, client_of, staff, code):
    answer = what_if(client_of(staff), case, "PA1", code)
    assert answer.status_code == 200
    assert answer.context["what_if"] is None
    assert "is no criterion of this edition" in answer.content.decode()
    assert "<b> is no" not in answer.content.decode()


def test_the_calculator_is_what_the_core_says(case, client_of, staff):
    book, verdicts = rulebook(case.cycle.standard), case.scores.get().verdicts
    flips = [list(verdicts)[3], list(verdicts)[20], list(verdicts)[40]]
    turned = {code: {"met": "not_met", "not_met": "met"}[said] if code in flips else said for code, said in verdicts.items()}
    found = what_if(client_of(staff), case, *flips).context["what_if"]
    assert found.points == len(naive.earning(book, turned))
    assert found.tier == naive.tier_of(book, turned)
