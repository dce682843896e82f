"""What is wrong, too much, too late or not one's own: a clear message or a page that is not there, and nothing stored by halves."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote_from_bytes

import pytest
from django.apps import apps
from django.conf import settings as project
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve, reverse

from assessments.models import Answer, Claim, Cycle, Snapshot
from criteria.models import Standard
from tests.factories import assessments as make
from tests.journeys.test_every_page import MORE, ONLY_POST, PAGES, client_of_part
from tests.support.world import Setting, setting

pytestmark = pytest.mark.django_db

# What the program writes beside what it was asked for: who is signed in, which classes there are, what somebody typed in vain.
SIDE = {"sessions.Session", "contenttypes.ContentType", "assessments.Draft"}


def stored() -> dict[str, object]:
    """How many rows each table has, and which files there are."""
    rows: dict[str, object] = {
        model._meta.label: model._base_manager.count()
        for model in apps.get_models()
        if model._meta.managed and model._meta.label not in SIDE
    }
    root = Path(default_storage.location)
    return rows | {"files": sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())}


@contextmanager
def nothing_stored() -> Iterator[None]:
    """Whatever happens inside leaves every table and every file as it was."""
    before = stored()
    yield
    after = stored()
    assert {name: (before[name], after[name]) for name in before if before[name] != after[name]} == {}


@pytest.fixture
def case():
    """An assessment of Port Lindell that is being written."""
    return make.started()


@pytest.fixture
def lead(case, client_of) -> Client:
    """The browser of its city lead."""
    return client_of(make.lead(case.city))


def words(answer: HttpResponse) -> str:
    """What a page says, with the marks of HTML as people see them."""
    page = answer.content.decode()
    for mark, sign in (("&quot;", '"'), ("&#x27;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        page = page.replace(mark, sign)
    return page


# Files


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        (
            "plans.txt",
            b"x" * 300_000,
            "plans.txt has 300 kB; the limit is 200 kB. Nothing was added. Split it, or paste a link with a note.",
        ),
        ("tool.exe", b"MZ\x90\x00\x03\x00\x00\x00", "tool.exe is not a kind we can show safely. Nothing was added."),
        ("page.pdf", b"<script>alert(1)</script>", "page.pdf is not a kind we can show safely. Nothing was added."),
        ("empty.pdf", b"", "empty.pdf is empty. Nothing was added. Check the original and choose it again."),
        ("cut.pdf", b"%PDF-1.7\n1 0 obj", "cut.pdf does not open. Nothing was added. Save a new copy and add that."),
    ],
    ids=["too large", "a program", "a page that calls itself a paper", "empty", "cut off"],
)
@pytest.mark.parametrize("door", ["add", "replace"])
def test_a_file_that_is_not_taken(case, lead, settings, name, body, said, door):
    make.said(case)
    kept = make.proven(case)
    settings.UPLOAD_MAX_BYTES = 200_000
    upload = SimpleUploadedFile(name, body)
    with nothing_stored():
        if door == "add":
            answer = lead.post(reverse("assessments:add_file", args=[case.pk, "DM1"]), {"file-file": upload}, follow=True)
        else:
            answer = lead.post(reverse("assessments:replace", args=[kept.evidence_id]), {"file": upload}, follow=True)
    assert answer.status_code == 200
    assert said in words(answer)


def test_one_file_too_many(case, lead, settings):
    make.proven(case)
    settings.UPLOAD_MAX_FILES = 1
    with nothing_stored():
        answer = lead.post(reverse("assessments:add_file", args=[case.pk, "DM1"]), {"file-file": make.text_file("more.txt")}, follow=True)
    assert "This answer has 1 of 1 files. more.txt was not added." in words(answer)


# Dates


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"due": "2027-01-01"}, "The due date must come after the opening. Nothing was saved."),
        ({"due": "2027-02-31"}, "This is not a date of the calendar. Enter one like 12/14/2026."),
        ({"due": "soon"}, "This is not a date of the calendar. Enter one like 12/14/2026."),
        ({"opens": ""}, "Enter a date like 12/14/2026."),
        ({"due": "9999999-01-01"}, "This is not a date of the calendar."),
    ],
    ids=["due before the opening", "31 February", "letters", "none", "a year nobody sees"],
)
def test_a_cycle_with_a_wrong_date(client_of, staff, wrong, said):
    typed = {
        "name": "2027 cycle", "slug": "2027", "standard": Standard.objects.get(code="2022").pk, "opens": "2027-01-11", "due": "2027-06-14",
        "withdraw": "2027-06-30", "results_expected": "", "minimum_population": "30000", "validity_months": "36",
    }  # fmt: skip
    client = client_of(staff)
    with nothing_stored():
        answer = client.post(reverse("assessments:draft_cycle"), {**typed, **wrong})
    assert answer.status_code == 422
    assert said in words(answer)
    assert "2027 cycle" in words(answer), "what was typed is gone"
    assert not Cycle.objects.exists()


# Somebody else's


def test_a_claim_for_another_citys_answer_is_not_there(case, client_of):
    other = make.started("Alder Reach")
    stranger = client_of(make.lead(other.city))
    typed = {"claim": Claim.MET, "narrative": "Ours now.", "based_on": "0"}
    with nothing_stored():
        for name, given in (
            ("answering", typed),
            ("add_link", {"link-url": "https://alder-reach.example/"}),
            ("add_file", {"file-file": make.text_file()}),
        ):
            assert stranger.post(reverse(f"assessments:{name}", args=[case.pk, "DM1"]), given).status_code == 404
        for name in ("submitting", "attest", "withdrawing"):
            assert stranger.post(reverse(f"assessments:{name}", args=[case.pk]), {"consent": "tier"}).status_code == 404


def test_a_document_of_another_city_proves_nothing_here(case, lead):
    other = make.started("Alder Reach")
    theirs = make.proven(other)
    with nothing_stored():
        answer = lead.post(reverse("assessments:add_known", args=[case.pk, "DM1"]), {"reuse-evidence": theirs.evidence_id}, follow=True)
    assert answer.status_code == 422
    assert "Every document of your city is on this answer already, or there is none yet." in words(answer)
    make.proven(case, "DM2")
    with nothing_stored():
        answer = lead.post(reverse("assessments:add_known", args=[case.pk, "DM1"]), {"reuse-evidence": theirs.evidence_id}, follow=True)
    assert "Choose one of the documents in the list." in words(answer)


# Submitting


def test_a_submit_with_gaps_lists_each_with_its_link(case, lead):
    make.said(case, "DM1")
    make.said(case, "DM2", Claim.NOT_YET)
    with nothing_stored():
        answer = lead.post(reverse("assessments:submitting", args=[case.pk]), {"consent": "tier"})
    page = words(answer)
    assert "42 things are missing" in page  # 41 answers, a proof; the signature has a place of its own
    assert "DM1: marked Yes, no evidence." in page
    for code in Answer.objects.filter(assessment=case, version=0).values_list("criterion__code", flat=True):
        assert f"{code}: not answered." in page
        assert f'href="{reverse("assessments:answering", args=[case.pk, code])}' in page
    assert "DM2: not answered." not in page
    assert "Signature of Port Lindell, Ohio missing." in page


def test_a_submit_without_a_choice_of_consent(case, lead):
    make.attested(case)
    with nothing_stored():
        for consent in ("", "everything"):
            answer = lead.post(reverse("assessments:submitting", args=[case.pk]), {"consent": consent})
            assert "Choose what the public may see." in words(answer)
    assert not Snapshot.objects.exists()


def test_a_second_submit_shows_the_same_receipt(case, lead):
    make.attested(case)
    address = reverse("assessments:submitting", args=[case.pk])
    first = lead.post(address, {"consent": "areas"}, follow=True)
    receipt = Snapshot.objects.get().receipt
    assert receipt in words(first)
    with nothing_stored():
        second = lead.post(address, {"consent": "areas"}, follow=True)
    assert receipt in words(second)
    assert "Already received" in words(second)
    assert "Nothing was sent twice; you need to do nothing." in words(second)


@pytest.mark.parametrize(
    ("population", "said"), [(29_999, "29,999"), (None, "population")], ids=["below the line", "unknown"]
)  # fmt: skip
def test_a_city_that_cannot_take_part(client_of, staff, population, said):
    cycle, place = make.cycle(), make.city("Small Hollow", population=population)
    client = client_of(staff)
    with nothing_stored():
        answer = client.post(reverse("assessments:start", args=[cycle.slug, place.slug]), follow=True)
    assert answer.status_code == 200
    assert said in words(answer)
    assert "Nothing was started." in words(answer)


# Writing


def test_a_stale_save_shows_both_texts(case, lead, client_of):
    make.said(case, narrative="What both began from.")
    make.said(case, narrative="What the colleague wrote.", by=make.contributor(case.city))
    typed = {"claim": Claim.MET, "ticks": ["1"], "narrative": "What the lead wrote.", "based_on": "1"}
    with nothing_stored():
        answer = lead.post(reverse("assessments:answering", args=[case.pk, "DM1"]), typed)
    assert answer.status_code == 409
    page = words(answer)
    assert "saved while you were writing. Both texts are kept. Take one, or write a third from both." in page
    for text in ("the lead wrote.", "the colleague wrote.", "What both began from."):  # word by word against what both began from
        assert text in page


@pytest.mark.parametrize("size", [20_001, 300_000])
def test_a_text_that_is_too_long(case, lead, size):
    text = "Every word was meant. " * (size // 22 + 1)
    with nothing_stored():
        answer = lead.post(reverse("assessments:answering", args=[case.pk, "DM1"]), {"narrative": text, "based_on": "0"})
    assert answer.status_code == 422
    assert "20,000" in words(answer) or "20000" in words(answer)
    assert text[:200] in words(answer), "the text is not on the page any more"


def test_a_body_above_every_limit(case, lead):
    body = "narrative=" + "x" * (project.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    with nothing_stored():
        answer = lead.post(reverse("assessments:answering", args=[case.pk, "DM1"]), body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
    assert "Nothing was changed" in words(answer)


FORM = "application/x-www-form-urlencoded"
NUL, SURROGATE, EMOJI = b"before\x00after", b"before\xed\xa0\x80after", "\U0001f3db\ufe0f e\u0301 \u202eabc".encode()


@pytest.mark.parametrize("field", ["claim", "ticks", "narrative", "based_on"])
@pytest.mark.parametrize("raw", [NUL, SURROGATE, EMOJI], ids=["nul", "surrogate", "emoji"])
def test_odd_characters_in_an_answer(case, lead, field, raw):
    """A mark that no database keeps is refused, one that people type is kept as typed."""
    typed = {"claim": b"met", "narrative": b"As we do it.", "based_on": b"0"} | {field: raw}
    body = "&".join(f"{name}={quote_from_bytes(value)}" for name, value in typed.items())
    before = stored()
    answer = lead.post(reverse("assessments:answering", args=[case.pk, "DM1"]), body, content_type=FORM)
    one = make.answer(case)
    if answer.status_code == 302:
        assert field == "narrative"
        assert one.version == 1
        assert one.current.narrative == raw.decode(errors="replace")
        assert "\x00" not in one.current.narrative
    else:
        assert answer.status_code == 422
        assert 'role="alert"' in words(answer)
        assert stored() == before
    assert (answer.status_code == 302) == (field == "narrative" and raw != NUL)


def test_odd_characters_beside_a_file_and_a_link(case, lead):
    with nothing_stored():
        for pages in ("4\x00", "x" * 61):
            answer = lead.post(
                reverse("assessments:add_file", args=[case.pk, "DM1"]), {"file-file": make.text_file(), "file-pages": pages}, follow=True
            )
            assert "Nothing was added." in words(answer)
        for url in ("javascript:alert(1)", "https://", "http://[::1", "https://a\x00b.example/", "ftp://x.example/", "x" * 1001):
            answer = lead.post(reverse("assessments:add_link", args=[case.pk, "DM1"]), {"link-url": url}, follow=True)
            assert "Nothing was added." in words(answer), url


# Every form of the program


class Forms(HTMLParser):
    """The forms of a page that post: where to, and the names of their fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, set[str]]] = []
        self.elsewhere: list[tuple[str, set[str]]] = []  # buttons that send the form to another address
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A form begins, or a field of it."""
        given = dict(attrs)
        if tag == "form":
            self.found.append((given.get("action") or "", set()) if given.get("method") == "post" else ("", set()))
        elif tag in {"input", "select", "textarea", "button"} and self.found and given.get("name"):
            self.found[-1][1].add(str(given["name"]))
        if tag == "button" and self.found and given.get("formaction"):
            self.elsewhere.append((str(given["formaction"]), self.found[-1][1]))


# What fields are filled with.
GARBAGE = [
    "%00", "99999999999999999999999999", "%C2%B2", "x" * 12_000,
    "", "%ED%A0%80", "%F0%9F%8F%9B", "-1", "1e400", "0001-01-01", "9999-12-31", "9999-12-31T23:59", "../../etc/passwd", "%27%22%3E%3Cb%3E",
]  # fmt: skip


@pytest.fixture
def world() -> Setting:
    """One world with something of everything."""
    return setting()


Doors = dict[str, tuple[str, str, set[str]]]


def _doors(world: Setting) -> Doors:
    """Every route that takes a POST: who presses the button, at which address, with which fields."""
    doors: Doors = {}
    clients: dict[str, Client] = {}
    for table in (PAGES, MORE):
        for route, pages in table.items():
            for see in pages:
                address = see.address(route, world)
                client = clients.setdefault(see.who, client_of_part(world, see.who))
                answer = client.get(address, follow=True)
                doors.setdefault(route, (see.who, address.partition("?")[0], set()))
                forms = Forms(answer.content.decode())
                for action, fields in (*forms.found, *forms.elsewhere):
                    to = (action or address).partition("?")[0]
                    name = resolve(to).view_name
                    if fields or name in ONLY_POST:
                        known = doors.get(name)
                        doors[name] = (known[0], known[1], known[2] | fields) if known else (see.who, to, fields)
    return doors


# Buttons of states that the world does not hold just now, each with who would press it where.
HIDDEN = {
    "assessments:end_acting": ("staff", lambda _w: []),
    "assessments:restore": ("lead", lambda w: [w.open.pk, "DM1", 1]),
    "assessments:take_back": ("lead", lambda w: [w.open.pk]),
    "assessments:drop_draft": ("lead", lambda w: [w.open.pk, "DM1"]),
    "assessments:draft": ("lead", lambda w: [w.open.pk, "DM1"]),
    "assessments:call_signatories": ("lead", lambda w: [w.open.pk]),
    "assessments:finish": ("asked lead", lambda w: [w.asked_answer.pk]),
    "assessments:question_draft": ("asked lead", lambda w: [w.question.pk]),
    "assessments:send_replies": ("asked lead", lambda w: [w.review.pk]),
    "assessments:write_on": ("asked lead", lambda w: [w.question.pk]),
    "reviews:publish_plan": ("staff", lambda w: [w.cycle.slug]),
    "reviews:start_over": ("staff", lambda w: [w.cycle.slug]),
    "reviews:take_back_round": ("director", lambda w: [f"{w.cycle.slug}-first"]),
    "reviews:release": ("director", lambda w: [w.round.slug]),
    "reviews:withdraw_appeal": ("told lead", lambda w: [w.filed.pk]),
    "reviews:keep": ("reader", lambda w: [w.unread.pk]),
    "reviews:draft_finding": ("reader", lambda w: [w.unread.pk]),
    "reviews:look": ("reader", lambda w: [w.unread.pk]),
    "reviews:take_up": ("reader", lambda w: [w.unread.pk]),
    "reviews:agree": ("staff", lambda w: [w.split.pk]),
    "reviews:propose_consensus": ("staff", lambda w: [w.split.pk]),
    "reviews:accept_consensus": ("staff", lambda _w: [1]),
    "reviews:pass_on": ("staff", lambda w: [w.split.pk]),
    "reviews:open_calibration": ("staff", lambda w: [w.practice.calibration_id]),
    "reviews:remove_item": ("staff", lambda w: [w.practice.pk]),
    "reviews:agree_all": ("staff", lambda w: [w.review.pk]),
    "reviews:declare_ready": ("staff", lambda w: [w.review.pk]),
    "reviews:approve": ("director", lambda w: [w.round.awards.order_by("pk")[0].pk]),
    "reviews:retract": ("director", lambda w: [w.round.awards.order_by("pk")[0].pk]),
    "assessments:attest": ("signatory", lambda w: [w.open.pk]),
    "assessments:reopen": ("staff", lambda w: [w.review.pk]),
    "assessments:start": ("staff", lambda w: [w.cycle.slug, w.open.city.slug]),
    "reviews:add_decisions": ("staff", lambda w: [w.round.slug]),
    "reviews:correct_award": ("director", lambda w: [w.told.awards.order_by("pk")[0].pk]),
    "reviews:propose_revocation": ("director", lambda w: [w.told.awards.order_by("pk")[0].pk]),
    "reviews:confirm_revocation": ("director", lambda _w: [1]),
    "reviews:confirm_erasure": ("director", lambda _w: [1]),
    "reviews:drop_erasure": ("director", lambda _w: [1]),
    "reviews:drop_revocation": ("director", lambda _w: [1]),
    "reviews:confirm_appeal": ("director", lambda w: [w.heard.pk]),
    "reviews:send_back_appeal": ("director", lambda w: [w.heard.pk]),
    "reviews:drop_question": ("reader", lambda w: [w.written.pk]),
}


@pytest.mark.heavy
def test_no_door_breaks_and_none_stands_open(world):
    doors = _doors(world)
    for name, (who, arguments) in HIDDEN.items():
        doors.setdefault(name, (who, reverse(name, args=arguments(world)), {"reason", "verdict", "rationale", "award", "answer", "score"}))
    assert sorted(ONLY_POST - doors.keys()) == [], "buttons that no page of the world shows: say in HIDDEN who presses them where"
    keys = {
        who: client_of_part(world, who).cookies.output(header="", sep=";") for who in {who for who, _address, _fields in doors.values()}
    }
    assert _open_to_nobody(doors) == []
    assert _taken_without_token(doors, keys) == []
    assert _broken_by_a_form(doors, keys, GARBAGE) == []
    assert _broken_by_an_address(world, keys, GARBAGE[:1] + GARBAGE[2:]) == []


# Their address is signed and went to one person by letter: whoever holds it may press the button.
SIGNED = {"people:stop_letters", "assessments:follow_claim"}


def _open_to_nobody(doors: Doors) -> list[str]:
    """What somebody can post who has not signed in."""
    found = []
    with nothing_stored():
        for name, (who, address, fields) in doors.items():
            if name in SIGNED:
                continue
            answer = Client().post(address, "&".join(f"{field}=1" for field in sorted(fields)), content_type=FORM)
            asked = answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
            open_to_all = who in {"visitor", "at the door"} or name == "account_logout"  # who is out stays out
            if not (asked or open_to_all or answer.status_code in {403, 404, 405}):
                found.append(f"{name}: {answer.status_code}")
    return found


def _taken_without_token(doors: Doors, keys: dict[str, str]) -> list[str]:
    """What is taken from a person's browser without the token that protects forms."""
    found = []
    with nothing_stored():
        for name, (who, address, _fields) in doors.items():
            if name == "people:stop_letters":  # a mail program presses it, without a page and without a token
                continue
            status = _with(keys[who], enforce_csrf_checks=True).post(address, "", content_type=FORM).status_code
            keeps_text = status == 302 and hasattr(resolve(address).func, "unsent")  # and leads back to it, with nothing saved
            if status not in {403, 405} and name != "set_language" and not keeps_text:  # harms nobody
                found.append(f"{name}: {status}")
    return found


def _broken_by_a_form(doors: Doors, keys: dict[str, str], garbage: list[str]) -> list[str]:
    """What answers 5xx to an empty form or to one that is filled with nonsense by the very person it is for."""
    found = []
    for name, (who, address, fields) in doors.items():
        filled = ("&".join(f"{field}={value}" for field in sorted(fields)) for value in garbage if fields)
        for body in ("", *filled):
            client = _with(keys[who])
            with transaction.atomic():
                if fault := _fault_of(lambda post=client.post, to=address, what=body: post(to, what, content_type=FORM)):
                    found.append(f"{name} as {who} at {address}: {fault} for {body[:200]!r}")
                transaction.set_rollback(True)
    return found


def _broken_by_an_address(world: Setting, keys: dict[str, str], garbage: list[str]) -> list[str]:
    """What answers 5xx to nonsense behind the question mark: a search, a page, a state, an item."""
    names = [
        "q",
        "page",
        "state",
        "show",
        "slot",
        "by",
        "city",
        "e",
        "tier",
        "year",
        "country",
        "population",
        "sort",
        "event",
        "name",
        "code",
    ]
    found = []
    rest = [
        "/standard/%00/",
        "/standard/2022/%00/",
        "/verify/%00/",
        "/api/v1/standards/?cursor=%00",
        "/api/v1/cities/?q=%00",
        "/api/v1/awards/?tier=%00&year=%00",
        "/api/v1/awards/%00/",
    ]
    found += [f"{address}: {fault}" for address in rest if (fault := _fault_of(lambda to=address: Client().get(to)))]
    for route, pages in PAGES.items():
        client = _with(keys[pages[0].who])
        address = pages[0].address(route, world).partition("?")[0]
        for value in garbage:
            query = "&".join(f"{name}={value}" for name in names)
            if fault := _fault_of(lambda get=client.get, to=f"{address}?{query}": get(to)):
                found.append(f"{route} as {pages[0].who}: {fault} for {value!r}")
    return found


def _with(keys: str, **options: bool) -> Client:
    """A browser that holds these cookies, whatever became of them in another one."""
    client = Client(**options)
    client.cookies.load(keys)
    return client


def _fault_of(ask: Callable[[], HttpResponse]) -> str:
    """The error that a request ends in, if any."""
    try:
        answer = ask()
        if answer.streaming:
            b"".join(answer.streaming_content)  # to its end, which closes the file that it holds
    except Exception as error:
        return f"{type(error).__name__} {str(error)[:120]}"
    return str(answer.status_code) if answer.status_code >= 500 else ""
