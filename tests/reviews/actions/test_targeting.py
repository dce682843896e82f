"""What a city aims at next: chosen by a lead from the result, carried into the next assessment through the crosswalk."""

import pytest
from django.urls import reverse

from assessments import queries as case_queries
from assessments.lifecycle import Status
from assessments.models import Assessment, Target
from criteria.models import Criterion, LinkKind
from reviews.actions import targeting
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.factories import people
from tests.factories import results as make
from wwc.audit.models import Event
from wwc.refusals import NotAllowed, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def told():
    """A city whose result of 24 points is announced, and its lead."""
    staff, director = people.person("staff", is_staff=True), people.person("director", is_director=True)
    made = make.scored(make.city("Umberton"), 24)
    make.released([make.approved(made, proposer=staff, director=director)], by=staff, director=director)
    made.refresh_from_db()
    return made, people.person("umberton-lead")


def missed(n: int) -> list[str]:
    """The codes of n criteria that are not met."""
    return make.met(43)[24 : 24 + n]


def event_of(case: Assessment) -> list[dict]:
    return list(Event.objects.filter(verb="chose_targets", subject_id=case.pk).order_by("pk").values_list("data", flat=True))


def test_a_lead_chooses_changes_and_lets_go(told):
    made, lead = told
    one, two, three = missed(3)
    targeting.choose(made, codes=[one, two], by=lead, at=NOW)
    targeting.choose(made, codes=[two, one], by=lead, at=NOW)
    chosen = targeting.choose(made, codes=[two, three], by=lead, at=NOW)
    assert {target.answer.criterion.code for target in chosen} == {two, three}
    assert event_of(made) == [{"added": sorted([one, two]), "dropped": []}, {"added": [three], "dropped": [one]}]
    ended = Target.objects.get(ended_at__isnull=False)
    assert (ended.answer.criterion.code, ended.ended_by) == (one, lead)
    targeting.choose(made, codes=[], by=lead, at=NOW)
    assert case_queries.targets_of(made) == []
    assert Target.objects.count() == 3


def test_what_is_met_is_no_target(told):
    made, lead = told
    with pytest.raises(targeting.MetAlready):
        targeting.choose(made, codes=["LC1"], by=lead, at=NOW)
    with pytest.raises(targeting.MetAlready):
        targeting.choose(made, codes=["NONE"], by=lead, at=NOW)
    assert not Target.objects.exists()


def test_before_the_announcement_nothing_is_chosen():
    made = make.scored(make.city("Umberton"), 24)
    with pytest.raises(targeting.NotOut):
        targeting.choose(made, codes=missed(1), by=people.person("umberton-lead"), at=NOW)


def test_others_of_the_team_read_and_the_program_does_not_choose(told):
    made, _lead = told
    with pytest.raises(NotAllowed):
        targeting.choose(made, codes=missed(1), by=people.person("umberton-contributor"), at=NOW)
    with pytest.raises(NotFound):
        targeting.choose(made, codes=missed(1), by=people.person("staff"), at=NOW)


def test_the_page_offers_what_is_not_met_and_the_result_names_what_was_chosen(told, client_of):
    made, lead = told
    client, place = client_of(lead), reverse("reviews:targets", args=[made.pk])
    page = client.get(place).content.decode()
    assert page.count('name="codes"') == 43 - 24
    assert "next 6 months" in page or "next 12 months" in page or "next 3 months" in page
    assert "None are chosen." in client.get(reverse("reviews:result", args=[made.pk])).content.decode()
    answer = client.post(place, {"codes": missed(2)}, follow=True)
    assert "2 targets are chosen." in answer.content.decode()
    assert "Change the targets" in answer.content.decode()
    assert client.get(place).content.decode().count(" checked") == 2
    assert client.post(place, {"codes": ["LC1"]}).status_code == 422
    theirs = client_of(people.person("umberton-contributor"))
    assert "Change the targets" not in theirs.get(reverse("reviews:result", args=[made.pk])).content.decode()
    assert theirs.get(place).status_code == 403
    assert client_of(people.person("staff")).get(place).status_code == 404


# Carried into the next assessment


@pytest.fixture
def later():
    """An assessment of the edition of 2022, and the earlier one of 2018 whose result is announced."""
    now = cases.started()
    then = cases.earlier(now)
    Assessment.objects.filter(pk=then.pk).update(status=Status.ANNOUNCED)
    return now, then


def aims(then: Assessment, *codes: str) -> None:
    for code in codes:
        Target.objects.create(answer=cases.answer(then, code), chosen_at=NOW, chosen_by=cases.lead(then.city))


def test_every_criterion_arrives_or_is_said_to_be_withdrawn(later):
    now, then = later
    codes = list(Criterion.objects.filter(standard__code="2018").order_by("position").values_list("code", flat=True))
    aims(then, *codes)
    found = case_queries.aims_of(now)
    assert [aim.then.code for aim in found] == codes
    assert {aim.then.code for aim in found if not aim.now} == {"OD2", "OD4"}
    by_code = {aim.then.code: aim for aim in found}
    assert [criterion.code for criterion in by_code["DG2"].now] == ["DM1"]
    assert by_code["DG2"].renamed
    assert by_code["OD2"].kind == LinkKind.WITHDRAWN
    for aim in found:
        if len(aim.now) > 1:
            assert aim.kind == LinkKind.SPLIT


def test_the_pages_of_the_next_assessment_mark_them(later, client_of):
    now, then = later
    aims(then, "DG2", "OD2")
    client = client_of(cases.lead(now.city))
    overview = client.get(reverse("assessments:overview", args=[now.pk])).content.decode()
    assert "Your targets" in overview
    assert "then DG2" in overview
    assert "Not asked any more." in overview
    marked = client.get(reverse("assessments:answering", args=[now.pk, "DM1"])).content.decode()
    assert "You chose this as a target" in marked
    assert "It was DG2" in marked
    assert "You chose this as a target" not in client.get(reverse("assessments:answering", args=[now.pk, "DM2"])).content.decode()
    assert "Your targets" in client.get(reverse("assessments:copying", args=[now.pk])).content.decode()


def test_without_targets_nothing_is_said_and_one_query_asked(later, django_assert_num_queries):
    now, _then = later
    with django_assert_num_queries(1):
        assert case_queries.aims_of(now) == []


def test_what_was_let_go_and_what_is_older_is_not_carried(later):
    now, then = later
    aims(then, "DG2")
    Target.objects.update(ended_at=NOW, ended_by=cases.lead(then.city))
    assert case_queries.aims_of(now) == []
    aims(then, "DG1")
    newer = cases.earlier(now, slug="2021")
    Assessment.objects.filter(pk=newer.pk).update(status=Status.ANNOUNCED)
    assert case_queries.aims_of(now) == []
