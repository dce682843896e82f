"""The page of the open data and the addresses of its files."""

from datetime import date, timedelta
from html import unescape

import pytest

from tests.factories import published
from tests.support.counting import same_queries
from tests.wwc.opendata import by_hand
from tests.wwc.opendata.test_release import DAY, LATER, files_of, released
from wwc.opendata.models import Package

pytestmark = pytest.mark.django_db

KINDS = {"csv": "text/csv", "json": "application/json", "zip": "application/zip"}


@pytest.fixture
def two():
    """Two releases, a city more in the second."""
    published.award(published.city(), number="first")
    one = released()
    published.award(published.city("Birch"), number="second")
    return one, released(LATER + DAY)


def test_every_file_is_served_byte_for_byte_at_an_address_that_stays(client, two):
    for version, files in zip(("1.0.0", "1.1.0"), two, strict=True):
        for name, body in files.items():
            answer = client.get(f"/data/{version}/{name}")
            assert answer.getvalue() == body
            assert answer["Content-Length"] == str(len(body))
            assert {part.strip() for part in answer["Cache-Control"].split(",")} == {"public", "max-age=31536000", "immutable"}
            assert (
                answer["Content-Type"] == {"csv": "text/csv", "json": "application/json", "zip": "application/zip"}[name.rpartition(".")[2]]
            )
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert answer["Access-Control-Allow-Origin"] == "*"
            assert "Set-Cookie" not in answer
            assert answer["ETag"] == f'"{by_hand.sha256(body).hexdigest()}"'
            called = f'attachment; filename="open-data-{version}.zip"' if name.endswith(".zip") else f'inline; filename="{name}"'
            assert answer["Content-Disposition"] == called, "under its own name, whatever the storage calls it"


def test_the_description_leads_to_its_own_addresses(client, two):
    package = client.get("/data/1.0.0/datapackage.json")
    said = by_hand.described({"datapackage.json": package.getvalue()})
    site = "http://127.0.0.1:8000"
    assert said["id"] == f"{site}/data/1.0.0/datapackage.json"
    assert client.get(said["homepage"].removeprefix(site)).status_code == 200
    for resource in said["resources"]:
        answer = client.get(f"/data/1.0.0/{resource['path']}")
        assert f"sha256:{by_hand.sha256(answer.getvalue()).hexdigest()}" == resource["hash"]


def test_the_newest_has_an_address_that_follows_it(client, two):
    answer = client.get("/data/latest/awards.csv")
    assert answer.getvalue() == two[1]["awards.csv"]
    assert {part.strip() for part in answer["Cache-Control"].split(",")} == {"public", "max-age=60"}
    published.award(published.city("Cedar"), number="third")
    third = released(LATER + 2 * DAY)
    assert client.get("/data/latest/awards.csv").getvalue() == third["awards.csv"] != two[1]["awards.csv"]


def test_what_somebody_has_is_not_sent_again(client, two):
    first = client.get("/data/1.0.0/awards.csv")
    assert first.getvalue() == two[0]["awards.csv"]
    for asked in ({"if-none-match": first["ETag"]}, {"if-modified-since": first["Last-Modified"]}):
        answer = client.get("/data/1.0.0/awards.csv", headers=asked)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer["ETag"] == first["ETag"]
        assert answer["Access-Control-Allow-Origin"] == "*"
    other = client.get("/data/latest/awards.csv", headers={"if-none-match": first["ETag"]})
    assert (other.status_code, other.getvalue()) == (200, two[1]["awards.csv"])


def test_head_tells_what_get_would(client, two):
    answer = client.head("/data/1.0.0/awards.csv")
    assert (answer.status_code, b"".join(answer)) == (200, b"")
    assert answer["Content-Length"] == str(len(two[0]["awards.csv"]))


@pytest.mark.parametrize(
    "address",
    [
        "/data/1.2.0/",
        "/data/1.2.0/awards.csv",
        "/data/1.0.0/nothing.csv",
        "/data/latest/",
        "/data/1.0.0/..%2fawards.csv",
    ],
)
def test_what_was_never_released_is_nowhere(client, two, address):
    assert client.get(address).status_code == 404


def test_it_is_only_read(client, two):
    for address in ("/data/", "/data/1.0.0/", "/data/1.0.0/awards.csv"):
        assert client.post(address).status_code == 405


def test_the_page_shows_files_dictionary_and_releases(client, two):
    page = unescape(client.get("/data/").content.decode())
    (package,) = Package.objects.filter(version="1.1.0")
    for resource in package.described["resources"]:
        assert f'href="/data/1.1.0/{resource["path"]}"' in page
        for field in resource.get("schema", {"fields": []})["fields"]:
            assert f"<code>{field['name']}</code>" in page
            assert field["description"] in page
    assert 'href="/data/1.1.0/open-data.zip"' in page
    assert "(2026). Open data, version 1.1.0. http://127.0.0.1:8000/data/1.1.0/" in page
    assert 'href="https://creativecommons.org/licenses/by/4.0/"' in page
    assert page.count('aria-current="page"') - page.count('aria-current="page">English') >= 1
    assert [f'<a href="/data/{version}/"' in page for version in ("1.0.0", "1.1.0")] == [True, True]
    assert "/data/latest/datapackage.json" in page
    before = client.get("/data/1.0.0/").content.decode()
    assert "open-data.zip" in before
    assert 'href="/data/1.0.0/awards.csv"' in before


def test_the_page_of_an_empty_installation_says_so(client):
    page = client.get("/data/").content.decode()
    assert "No release yet" in page
    assert client.get("/data/latest/datapackage.json").status_code == 404


def test_the_page_takes_the_same_queries_however_many_releases_there_are(client, two, django_assert_num_queries):
    def more():
        made = Package.objects.latest("made_on")
        for n in range(2, 30):
            day = date(2027, 1, 1) + timedelta(days=n)
            fields = {"made_on": day, "made_at": made.made_at, "sha256": made.sha256, "descriptor": made.descriptor, "files": made.files}
            Package.objects.create(version=f"1.{n}.0", **fields)

    same_queries(client, "/data/", more, 2)
    same_queries(client, "/data/1.0.0/", lambda: None, 2)
    with django_assert_num_queries(1):
        client.get("/data/latest/awards.csv").getvalue()


@pytest.mark.parametrize("address", ["/", "/cities/", "/insights/", "/api/docs/"])
def test_it_is_found_from_where_people_look(client, two, address):
    assert 'href="/data/"' in client.get(address).content.decode()


def test_files_of_both_releases_are_what_they_were(two):
    assert [files_of(package) for package in Package.objects.order_by("made_on")] == [*two]
