"""The public pages of the Standard."""

import re

import pytest
from django.utils.html import escape

from criteria import queries
from criteria.models import Criterion, CriterionText, Standard
from tests.support.counting import queries_of, same_queries

pytestmark = pytest.mark.django_db

PREREQUISITES = ("DG2", "EV2", "OD1", "OD3", "PA1", "PA2", "RP1", "RP2", "RDC1", "RDC2")  # of 2018, none of them published


@pytest.fixture
def public(client_of):
    return client_of(None)


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def words(html):
    """What a person reads, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_everybody_sees_the_editions(public):
    html = page(public, "/standard/")
    assert html.index("2022 Standard") < html.index("2018 Standard")
    text = words(html)
    assert "43 criteria" in text
    assert "45 criteria" in text
    assert "/standard/2018/to/2022/" in html
    assert "/standard/drafts/" not in html


def test_everybody_sees_an_edition_by_area_with_its_tiers(public):
    html = page(public, "/standard/2022/")
    text = words(html)
    for criterion in queries.criteria_of(queries.current_standard()):
        assert f'href="/standard/2022/{criterion.code}/"' in html
        assert escape(criterion.text.title) in html
        assert escape(criterion.text.statement) in html
    assert "DM1, LC1 and PA1 must all be met" in text
    for start in ("15 points", "22 points", "30 points", "37 points"):
        assert start in text
    assert text.count("needs ") >= 19
    assert "not a gate" in text


def test_an_edition_without_core_criteria_says_so(public):
    assert "This edition has no core criteria." in words(page(public, "/standard/2018/"))


def test_the_rounding_is_said_as_the_edition_has_it(public, draft):
    assert "never by rounding up" in words(page(public, "/standard/2022/"))
    Standard.objects.filter(pk=draft.pk).update(rounding="half_up", status="published", published_at=draft.drafted_from.published_at)
    assert "never by rounding up" not in words(page(public, "/standard/2025/"))


def test_reconstructed_text_is_marked_wherever_it_appears(public):
    html = page(public, "/standard/2018/")
    assert html.count('<span class="tag recon">Reconstructed text</span>') == 31
    for code in PREREQUISITES:
        assert re.search(rf'<span class="tag recon">needs {code}<span class="vh">, reconstructed</span></span>', html), code
    assert "Reconstructed text" in page(public, "/standard/2018/GM1/")
    assert "Reconstructed text" not in words(page(public, "/standard/2018/DG1/"))


def derived_and_shown(criterion):
    """The parts of its page that must carry the mark."""
    shown = {"why", "evidence", "not_enough", "reading_notes", "first_steps", "departments", "lookback_months", "frequency", "effort"}
    if criterion.partner or criterion.area.partner:
        shown.add("partner")
    if criterion.provenance == "published":
        shown.add("statement")
    if criterion.checklist_provenance == "derived":
        shown.add("checklist")
    return shown & set(criterion.derived_fields)


# One of each kind: published, partly, reconstructed; k of n; core; with and without partner, prerequisites, look-back, frequency.
SAMPLE = {
    "2018": ["DG1", "DG2", "DG3", "EV5", "GM1", "OD2", "PA1", "RP2"],
    "2022": ["DM1", "DM3", "DM5", "LC1", "OD3", "CI2", "PA5", "RDC5"],
}


def shows_all_its_help(public, code, criterion):
    html = page(public, f"/standard/{code}/{criterion.code}/")
    text = criterion.text
    shown = [text.title, text.statement, text.why, *criterion.lines, *text.evidence, *text.not_enough, *text.reading_notes]
    shown += [*text.first_steps, *text.departments, criterion.partner or criterion.area.partner or "No partner is named for it."]
    for line in shown:
        assert escape(line) in html, f"{criterion}: {line}"
    needed, all_of = criterion.checklist_required, len(criterion.lines)
    assert (f"All {needed} are needed." if needed == all_of else f"{needed} of {all_of} are needed.") in html
    for other in [*criterion.needs_codes, *criterion.needed_codes]:
        assert f'href="/standard/{code}/{other}/"' in html
    for source in criterion.sources:
        assert escape(source.split(" ")[0]) in html
    assert html.count('<span class="tag recon">Derived</span>') == len(derived_and_shown(criterion)), criterion
    assert ('<span class="tag recon">Reconstructed</span>' in html) == bool(criterion.needs_codes)
    marked = {"reconstructed": "Reconstructed text", "partly": "Partly published"}.get(criterion.provenance)
    assert marked is None or f'<span class="tag recon">{marked}</span>' in html


@pytest.mark.parametrize("code", SAMPLE)
def test_a_criterion_shows_all_its_help_and_marks_what_is_derived(public, code):
    for criterion in queries.criteria_of(Standard.objects.get(code=code)):
        if criterion.code in SAMPLE[code]:
            shows_all_its_help(public, code, criterion)


@pytest.mark.heavy
@pytest.mark.parametrize("code", SAMPLE)
def test_every_criterion_does(public, code):
    for criterion in queries.criteria_of(Standard.objects.get(code=code)):
        shows_all_its_help(public, code, criterion)


def test_a_criterion_shows_the_old_text_beside_the_new(public):
    text = words(page(public, "/standard/2022/DM3/"))
    assert "What changed since the 2018 Standard" in text
    assert "The city has a set process for sharing data between its departments and with outside partners." in text
    assert "Sharing must now be quick" in text
    text = words(page(public, "/standard/2018/OD2/"))
    assert "In the 2022 Standard" in text
    assert "Withdrawn." in text


def test_changes_show_every_link_and_list_withdrawn_criteria(public):
    html = page(public, "/standard/2018/to/2022/")
    for link in queries.links(Standard.objects.get(code="2018"), Standard.objects.get(code="2022")):
        assert escape(link.note) in html
    after = html[html.index(">Withdrawn<") :]
    assert "/standard/2018/OD2/" in after
    assert "/standard/2018/OD4/" in after
    assert "49 links" in words(html)


def test_what_a_language_lacks_is_shown_in_english_and_marked(public):
    public.cookies["django_language"] = "es"
    html = page(public, "/standard/2022/DM3/")
    assert "Gestión de datos" in html
    assert re.search(r'<header lang="en">', html)
    CriterionText.objects.create(
        criterion=Criterion.objects.get(standard__code="2022", code="DM3"), language="es", title="Compartir datos", statement="Comparte."
    )
    html = page(public, "/standard/2022/DM3/")
    assert "<h1>Compartir datos</h1>" in html
    assert not re.search(r'<header lang="en">', html)


@pytest.mark.parametrize(
    "address", ["/standard/1066/", "/standard/2022/XX1/", "/standard/1066/DM1/", "/standard/2022/to/2018/", "/standard/2018/to/1066/"]
)
def test_what_is_not_there_is_404(public, address):
    assert public.get(address).status_code == 404


def test_a_draft_is_nowhere_for_the_public_and_open_to_staff(draft, public, client_of, staff, stranger):
    addresses = ["/standard/2025/", "/standard/2025/DM3/", "/standard/2022/to/2025/"]
    for client in (public, client_of(stranger)):
        assert [client.get(address).status_code for address in addresses] == [404, 404, 404]
        assert "2025" not in page(client, "/standard/")
        assert "2025" not in page(client, "/standard/2022/DM3/")
    signed_in = client_of(staff)
    assert [signed_in.get(address).status_code for address in addresses] == [200, 200, 200]
    assert "2025 Standard" in page(signed_in, "/standard/")


def test_pages_take_the_same_few_queries_whatever_the_rows(public, draft):
    def more():
        area = Criterion.objects.get(standard=draft, code="DM9").area
        for number in range(30):
            made = Criterion.objects.create(
                standard=draft, area=area, code=f"ZZ{number}", position=100 + number, checklist_required=1,
                checklist_provenance="published", provenance="published",
            )  # fmt: skip
            CriterionText.objects.create(criterion=made, title="t", statement="s")
        Standard.objects.filter(pk=draft.pk).update(status="published", published_at=draft.drafted_from.published_at)

    assert len(queries_of(public, "/standard/2022/")) == 9
    assert len(queries_of(public, "/standard/2018/")) == 9
    assert len(queries_of(public, "/standard/2018/to/2022/")) == 15
    same_queries(public, "/standard/", more, 1)
    assert len(queries_of(public, "/standard/2025/")) == 9, "73 criteria take as many as 43"
    assert len(queries_of(public, "/standard/2022/to/2025/")) == 15
    assert len(queries_of(public, "/standard/2022/DM3/")) == 15


def test_pages_are_read_only(public):
    assert public.post("/standard/2022/").status_code == 405
