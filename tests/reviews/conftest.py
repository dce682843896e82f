"""What tests of the judgement lean on."""

import json

import pytest
from django.conf import settings

from tests.factories import people, reviews
from wwc.outbox.models import LetterText


@pytest.fixture
def second_director(db):
    """Another director, for the second hand."""
    return people.person("second-director", is_director=True)


@pytest.fixture
def letter_texts(db):
    """The words of the letters."""
    file = settings.BASE_DIR / "fixtures" / "letters.json"
    there = set(LetterText.objects.values_list("key", "language"))
    rows = (row for row in json.loads(file.read_text()) if (row["key"], row["language"]) not in there)
    LetterText.objects.bulk_create(LetterText(**{name: row[name] for name in ("key", "language", "subject", "body")}) for row in rows)


# A cycle being read, one city in it, and readers who have declared


@pytest.fixture
def cycle(db):
    """A cycle whose submissions are in."""
    return reviews.cycle()


@pytest.fixture
def assessment(cycle):
    """A city that claims everything but B2."""
    return reviews.submitted("Alder Reach", cycle, B2="not_met")


@pytest.fixture
def member(assessment, cycle):
    """A reader of all areas."""
    return reviews.reader(cycle)


@pytest.fixture
def second(assessment, cycle):
    """Another reader."""
    return reviews.reader(cycle, "second")
