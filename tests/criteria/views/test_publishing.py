"""Staff's pages of the editions: closed to others, and each does its one act."""

import pytest

from criteria.models import Criterion, CriterionText, Standard
from tests.support.counting import queries_of, same_queries

pytestmark = pytest.mark.django_db

PAGES = ["/standard/drafts/", "/standard/drafts/2025/", "/standard/drafts/2022/next/", "/standard/drafts/2025/compare/"]
DIRECTORS = ["/standard/drafts/2025/publish/", "/standard/drafts/2022/retire/"]


@pytest.mark.parametrize("address", [*PAGES, *DIRECTORS])
def test_pages_of_drafts_are_closed_to_others(draft, client_of, stranger, address):
    assert client_of(None).get(address)["Location"].startswith("/accounts/login/")
    for method in ("get", "post"):
        assert getattr(client_of(stranger), method)(address).status_code == 404
    assert Standard.objects.count() == 3
    assert Standard.objects.get(code="2025").status == "draft"


@pytest.mark.parametrize("address", PAGES)
def test_staff_open_them(draft, client_of, staff, director, address):
    assert client_of(staff).get(address).status_code == 200
    assert client_of(director).get(address).status_code == 200


@pytest.mark.parametrize("address", DIRECTORS)
def test_what_a_director_does_is_refused_to_staff_with_the_reason(draft, client_of, staff, director, address):
    for method in ("get", "post"):
        answer = getattr(client_of(staff), method)(address)
        assert answer.status_code == 403
        assert b"A director" in answer.content
    assert client_of(director).get(address).status_code == 200
    assert not Standard.objects.filter(code__in=["2025", "2022"]).exclude(status__in=["draft", "published"]).exists()


def test_staff_start_the_next_draft(client_of, staff):
    answer = client_of(staff).post("/standard/drafts/2022/next/", {"code": "2026", "name": "2026 Standard"})
    assert answer["Location"] == "/standard/drafts/2026/"
    assert Standard.objects.get(code="2026").drafted_from.code == "2022"


@pytest.mark.parametrize("code", ["2018", "a b", "drafts"])
def test_a_wrong_code_is_said_and_nothing_is_drafted(client_of, staff, code):
    before = Standard.objects.count()
    answer = client_of(staff).post("/standard/drafts/2022/next/", {"code": code, "name": "Next"})
    assert answer.status_code == 200
    assert b"letters, digits and hyphens" in answer.content
    assert Standard.objects.count() == before


def test_a_published_edition_has_no_page_to_edit(client_of, staff, director, current):
    for address in ("/standard/drafts/2022/", "/standard/drafts/2022/publish/", "/standard/drafts/2022/settings/"):
        answer = client_of(director).get(address)
        assert answer.status_code == 403, address
        assert b"A published edition never changes" in answer.content


def test_the_draft_lists_its_problems_with_a_link_to_each(draft, client_of, director):
    draft.criteria.filter(code="DM3").update(checklist_required=9)
    draft.tiers.filter(key="gold").update(floor_percent=51)
    client = client_of(director)
    html = client.get("/standard/drafts/2025/").content.decode()
    assert '<a href="/standard/drafts/2025/criteria/DM3/">DM3</a>: Its checklist asks for 9 of 5.' in html
    assert '<a href="/standard/drafts/2025/tiers/gold/">Gold</a>: It does not begin above Silver, the tier before it.' in html
    assert 'href="/standard/drafts/2025/publish/"' not in html
    answer = client.post("/standard/drafts/2025/publish/", follow=True)
    assert answer.redirect_chain == [("/standard/drafts/2025/", 302)]
    assert b"Not published: the draft has problems" in answer.content
    assert Standard.objects.get(code="2025").status == "draft"


def test_a_director_publishes_and_takes_the_last_one_out_of_force(draft, client_of, director):
    client = client_of(director)
    assert client.post("/standard/drafts/2025/publish/")["Location"] == "/standard/2025/"
    assert client.post("/standard/drafts/2022/retire/")["Location"] == "/standard/drafts/"
    assert {s.code: (s.status, s.published_by, s.retired_by) for s in Standard.objects.exclude(code="2018")} == {
        "2022": ("retired", None, director),
        "2025": ("published", director, None),
    }
    assert client_of(None).get("/standard/2025/").status_code == 200


def test_a_get_publishes_and_retires_nothing(draft, client_of, director):
    for address in DIRECTORS:
        client_of(director).get(address)
    assert list(Standard.objects.order_by("code").values_list("status", flat=True)) == ["retired", "published", "draft"]


def test_the_comparison_shows_old_beside_new(draft, client_of, staff):
    CriterionText.objects.filter(criterion__standard=draft, criterion__code="DM3").update(title="Sharing More Data")
    html = client_of(staff).get("/standard/drafts/2025/compare/").content.decode()
    assert "<p>Sharing Data</p>" in html
    assert "<p>Sharing More Data</p>" in html
    assert "called the same, and differs" in html
    assert "42 criteria as they were" in html


def test_a_first_edition_has_nothing_to_compare_with(client_of, staff):
    assert client_of(staff).get("/standard/drafts/2018/compare/").status_code == 404


def test_pages_take_the_same_few_queries_whatever_the_rows(draft, client_of, director):
    def more():
        area = draft.areas.get(code="PA")
        for number in range(30):
            made = Criterion.objects.create(
                standard=draft, area=area, code=f"ZZ{number}", position=100 + number, checklist_required=1,
                checklist_provenance="published", provenance="published",
            )  # fmt: skip
            CriterionText.objects.create(criterion=made, title="t", statement="s")

    client = client_of(director)
    before = len(queries_of(client, "/standard/drafts/2025/compare/"))
    assert before == 23
    same_queries(client, "/standard/drafts/2025/", more, 27)
    assert len(queries_of(client, "/standard/drafts/2025/compare/")) == before
    assert len(queries_of(client, "/standard/drafts/")) == 3
