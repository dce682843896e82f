"""Each row says what it is, and the database keeps nonsense out."""

import pytest
from django.db import IntegrityError, transaction

from criteria.models import ChecklistItem, Criterion, CriterionLink, CriterionText, PracticeAreaText, Prerequisite, TierRequirement

pytestmark = pytest.mark.django_db


def test_each_row_says_what_it_is(current):
    assert str(current) == "2022 Standard"
    assert str(current.areas.get(code="DM")) == "Data Management"
    assert str(PracticeAreaText.objects.get(area__standard=current, area__code="DM", language="es")) == "Gestión de datos (es)"
    dm3 = current.criteria.get(code="DM3")
    assert str(dm3) == "DM3"
    assert str(dm3.texts.get()) == "Sharing Data"
    assert str(dm3.checklist.get(position=2)) == "The process covers requests from one city department to another"
    assert str(Prerequisite.objects.get(criterion=dm3)) == "DM3 needs DM1"
    assert str(CriterionLink.objects.get(successor=dm3)) == "DG4 > DM3 (reworded)"
    assert str(CriterionLink.objects.get(origin__code="OD2")) == "OD2 > - (withdrawn)"
    gold = current.tiers.get(key="gold")
    assert str(gold) == "Gold"
    assert str(TierRequirement(tier=gold, criterion=dm3)) == "Gold requires DM3"


@pytest.mark.parametrize(
    "act",
    [
        lambda d: d.criteria.filter(code="DM3").update(points=0),
        lambda d: d.criteria.filter(code="DM3").update(code="DM4"),
        lambda d: d.criteria.filter(code="DM3").update(provenance="rumor"),
        lambda d: d.tiers.filter(key="gold").update(floor_percent=101),
        lambda d: d.tiers.filter(key="gold").update(position=1),
        lambda d: Prerequisite.objects.create(criterion=d.criteria.get(code="DM1"), needs=d.criteria.get(code="DM1")),
        lambda d: Prerequisite.objects.create(criterion=d.criteria.get(code="DM3"), needs=d.criteria.get(code="DM1")),
        lambda d: CriterionText.objects.create(criterion=d.criteria.get(code="DM3"), language="en", title="t", statement="s"),
        lambda d: ChecklistItem.objects.create(criterion=d.criteria.get(code="DM3"), position=1, text="t"),
        lambda d: d.links_back.filter(successor__code="DM3").update(kind="new"),
        lambda d: d.links_back.filter(successor__code="DM3").update(kind="withdrawn"),
        lambda d: d.links_back.filter(successor__code="DM3").update(kind="merged"),
        lambda d: d.links_back.filter(successor__code="DM3").update(kind="odd"),
        lambda d: [link(d, None, "DM3", "new") for _twice in range(2)],
        lambda d: [link(d, "DM3", None, "withdrawn") for _twice in range(2)],
        lambda d: link(d, "DM3", "DM3", "reworded"),
        lambda d: type(d).objects.filter(pk=d.pk).update(status="published"),
        lambda d: type(d).objects.filter(pk=d.pk).update(status="odd"),
        lambda d: type(d).objects.filter(pk=d.pk).update(rounding="odd"),
        lambda d: type(d).objects.filter(pk=d.pk).update(code="2022"),
    ],
)
def test_the_database_keeps_nonsense_out(draft, act):
    with pytest.raises(IntegrityError), transaction.atomic():
        act(draft)
    assert Criterion.objects.filter(standard=draft).count() == 43


def link(draft, origin, successor, kind):
    CriterionLink.objects.create(
        from_standard=draft.drafted_from,
        to_standard=draft,
        origin=draft.drafted_from.criteria.get(code=origin) if origin else None,
        successor=draft.criteria.get(code=successor) if successor else None,
        kind=kind,
    )
