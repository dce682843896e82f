"""The pages of exports."""

import io
import zipfile

import pytest
from django.urls import reverse

from reviews.models import Export
from reviews.queries import exports
from tests.conftest import NOW
from tests.factories import results as make
from tests.support.counting import same_queries
from wwc.outbox import running
from wwc.outbox.models import Work


@pytest.fixture
def case(db):
    return make.scored(make.city("Alder Reach"), 31)


@pytest.fixture
def asked(case, staff, client_of):
    client = client_of(staff)
    answer = client.post(reverse("reviews:exporting"), {"cycle": case.cycle.slug, "form": "csv", "tables": ["answers", "scores"]})
    return client, Export.objects.get(), answer


def test_from_the_form_to_the_file(asked):
    client, export, answer = asked
    assert answer.url == reverse("reviews:export", args=[export.pk])
    waiting = client.get(answer.url)
    assert waiting["Refresh"] == "5"
    assert "It waits for a worker." in waiting.text
    Work.objects.filter(kind=exports.KIND).update(progress=20, total=86)
    assert "20 of 86" in client.get(answer.url).text
    assert not client.get(answer.url + "?stay=1").has_header("Refresh")
    assert running.drain([exports.KIND]) == 1
    ready = client.get(answer.url)
    assert not ready.has_header("Refresh")
    assert "Fetch the file" in ready.text
    file = client.post(reverse("reviews:fetch_export", args=[export.pk]))
    with zipfile.ZipFile(io.BytesIO(b"".join(file.streaming_content))) as package:
        assert set(package.namelist()) == {"answers.csv", "scores.csv", "manifest.json"}
    assert "attachment" in file["Content-Disposition"]


def test_fetching_takes_a_post_and_its_own_person(asked, client_of, director):
    client, export, _ = asked
    address = reverse("reviews:fetch_export", args=[export.pk])
    assert client.get(address).status_code == 405
    assert client_of(director).post(address).status_code == 404
    assert client_of(director).get(reverse("reviews:export", args=[export.pk])).status_code == 404
    early = client.post(address, follow=True)
    assert "The file is not here." in early.text


def test_a_form_without_tables_says_so_and_keeps_the_rest(case, staff, client_of):
    answer = client_of(staff).post(reverse("reviews:exporting"), {"cycle": case.cycle.slug, "form": "json"})
    assert answer.status_code == 422
    assert "Choose at least one table." in answer.text
    assert not Export.objects.exists()


def test_what_was_set_aside_says_so(asked):
    client, _, answer = asked
    Work.objects.filter(kind=exports.KIND).update(parked_at=NOW, attempts=5)
    page = client.get(answer.url)
    assert "Set aside" in page.text
    assert not page.has_header("Refresh")


def test_constant_queries(case, staff, client_of):
    said = {"cycle": case.cycle, "form": "csv", "tables": ["scores"], "asked_at": NOW, "asked_by": staff}
    Export.objects.create(**said)

    def more():
        Export.objects.bulk_create(Export(**said) for _ in range(29))

    same_queries(client_of(staff), reverse("reviews:exporting"), more, 6)
