"""Readings that end without an act of their reader: whoever joins a city's team judges nothing of it any more."""

from collections import defaultdict

from django.db import transaction
from django.db.models import Exists, OuterRef

from assessments.models import Membership
from reviews.models import Assignment
from wwc.audit.record import record
from wwc.clock import under_lock

JOINED = "Belongs to the city's team"


def end_readings_of_members() -> int:
    """End the live assignments of people in cities whose team they belong to, so that another can read. How many ended.

    They see nothing there from the moment they joined; this frees the reading for somebody else.
    """
    member = Membership.objects.filter(person=OuterRef("member__person"), city=OuterRef("answer__assessment__city"), ended_at=None)
    with transaction.atomic():
        live = Assignment.objects.select_for_update(of=("self",)).filter(Exists(member), ended_at=None)
        rows = list(live.select_related("answer__assessment", "answer__criterion", "member").order_by("pk"))
        now, ended = under_lock(), defaultdict(list)
        for row in rows:
            ended[row.answer.assessment, row.member.person_id].append(row.answer.criterion.code)
            Assignment.objects.filter(pk=row.pk).update(ended_at=now, ended_by=row.member.person_id, ended_because=JOINED)
        for (assessment, person), codes in ended.items():
            record("recused", assessment, by=None, at=now, city_id=assessment.city_id, reason=JOINED, person=person, criteria=codes)
    return len(rows)
