"""A world that the tests of a module share is for each of them as it was made."""

from copy import deepcopy

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from assessments.models import City
from tests.factories import assessments as cases


@pytest.fixture(scope="module")
def place_once(shared):
    default_storage.save("one.txt", ContentFile(b"One."))
    return cases.city()


@pytest.fixture
def place(place_once, db):
    """The city, as each test finds it."""
    return deepcopy(place_once)


@pytest.mark.parametrize("time", ["first", "second"])
def test_what_a_test_changes_is_as_before_for_the_next(place, time):
    assert [city.name for city in City.objects.all()] == [place.name] == ["Port Lindell"]
    assert default_storage.listdir("")[1] == ["one.txt"]
    place.name = "Quillon"
    place.save()
    cases.city("Alder Reach")
    default_storage.save("two.txt", ContentFile(b"Two."))
    default_storage.delete("one.txt")
