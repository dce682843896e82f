"""Files drawn by the worker: once, whole, for what may be opened; broken ones say so, and older ones are found."""

from copy import deepcopy

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from assessments.jobs import previews
from assessments.models import Preview, PreviewSheet
from tests.factories import assessments as cases
from tests.support.documents import docx, pdf
from wwc import pages
from wwc.outbox import files, running
from wwc.outbox.models import Work

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def case_once(shared):
    return cases.started()


@pytest.fixture
def case(case_once, db):
    """The assessment, as each test finds it."""
    return deepcopy(case_once)


def _added(case, name: str = "policy.pdf", body: bytes | None = None, code: str = "DM1"):
    upload = SimpleUploadedFile(name, body or pdf("Requests are answered", "Annex B"))
    return cases.proven(case, code, upload=upload).evidence.current


def test_asked_when_it_is_added_and_drawn_once(case):
    version = _added(case)
    assert running.drain(["draw_preview"]) == 1
    preview = Preview.objects.get(version=version)
    sheets = list(preview.sheets.order_by("number"))
    assert (preview.outcome, preview.of, [sheet.text.strip() for sheet in sheets]) == ("drawn", 2, ["Requests are answered", "Annex B"])
    assert all(default_storage.exists(sheet.stored) for sheet in sheets)
    previews.draw_preview(version.pk)
    assert list(preview.sheets.order_by("number")) == sheets
    assert len(default_storage.listdir(files.folder_of(version))[1]) == 2


def test_text_and_links_are_shown_as_they_are_and_not_drawn(case):
    _added(case, "notes.txt", b"The policy.")
    assert not Work.objects.filter(kind="draw_preview").exists()


def test_a_text_document_keeps_its_words(case):
    version = _added(case, "plan.docx", docx("Data policy", "Signed"))
    running.drain(["draw_preview"])
    assert PreviewSheet.objects.get(preview__version=version).text.splitlines() == ["Data policy", "Signed"]


def test_what_does_not_open_or_is_gone_says_so(case):
    broken, gone = _added(case, body=pdf("x")), _added(case, body=pdf("y"), code="DM2")
    default_storage.delete(broken.stored)
    default_storage.save(broken.stored, ContentFile(b"%PDF-1.4 and no more"))
    default_storage.delete(gone.stored)
    running.drain(["draw_preview"])
    assert list(Preview.objects.values_list("outcome", "of")) == [("broken", 0), ("broken", 0)]
    assert not PreviewSheet.objects.exists()


def test_a_run_that_stops_half_way_leaves_no_rows_and_the_next_one_clears_its_files(case, monkeypatch):
    version = _added(case)
    drawn = pages._page

    def stops(document, index):
        if index:
            raise MemoryError
        return drawn(document, index)

    monkeypatch.setattr(pages, "_page", stops)
    monkeypatch.setattr(pages, "_guarded", lambda sheets: sheets)
    monkeypatch.setattr(files, "clear", lambda *_a, **_k: None)  # as when the process is killed
    with pytest.raises(MemoryError):
        previews.draw_preview(version.pk)
    assert (Preview.objects.count(), len(default_storage.listdir(files.folder_of(version))[1])) == (0, 1)
    monkeypatch.undo()
    previews.draw_preview(version.pk)
    assert sorted(f"{files.folder_of(version)}/{name}" for name in default_storage.listdir(files.folder_of(version))[1]) == sorted(
        PreviewSheet.objects.values_list("stored", flat=True)
    )


def test_a_file_that_stops_the_worker_each_time_is_said_not_to_open(case):
    version = _added(case)
    previews.preview_given_up("killed", version_id=version.pk)
    previews.preview_given_up("killed", version_id=version.pk)
    assert Preview.objects.get().outcome == "broken"
    previews.draw_preview(version.pk)
    assert Preview.objects.get().outcome == "broken"


def test_a_file_is_drawn_after_the_virus_check_and_never_before(case, scanner):
    version = _added(case)
    previews.draw_preview(version.pk)
    previews.ask_previews()
    assert (Preview.objects.count(), Work.objects.filter(kind="draw_preview").count()) == (0, 0)
    running.drain(["check_file"])
    running.drain(["draw_preview"])
    assert Preview.objects.get(version=version).outcome == "drawn"


def test_files_of_before_are_found_each_once(case):
    versions = [_added(case, body=pdf(code), code=code) for code in ("DM1", "DM2", "DM3")]
    _added(case, "notes.txt", b"The policy.", code="DM4")
    Work.objects.filter(kind="draw_preview").delete()
    assert previews.ask_previews() == 3
    assert previews.ask_previews() == 0
    assert running.drain(["draw_preview"]) == 3
    assert set(Preview.objects.values_list("version", flat=True)) == {version.pk for version in versions}
    Work.objects.filter(kind="draw_preview").delete()
    assert previews.ask_previews() == 0
