"""After the announcement: an award revoked by two directors, a result corrected with a note; both stay in the public history."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from assessments.models.assessment import ReasonMissing
from reviews.actions import announcing, appealing, awarding, revoking
from reviews.actions.awarding import AlreadyProposed, TierUnfit
from reviews.actions.revoking import AskedAlready, Ended, NotRevocable, SomethingUnderWay
from reviews.lifecycle import AwardStatus
from reviews.models import PublishedAward, Scorecard
from reviews.queries import announced, results
from tests.conftest import NOW
from tests.factories import people, reviews
from tests.factories import results as make
from wwc.clock import staged_at
from wwc.outbox.models import Letter
from wwc.refusals import NotAllowed

DAY = timedelta(days=1)
SAID = {"reason": "The city left the program.", "note": "Ended at the wish of the city."}


@pytest.fixture
def award(staff, director):
    """Gold, out since NOW."""
    given = make.approved(make.scored(make.city("Alder Reach"), 31, consent="areas"), proposer=staff, director=director)
    make.released([given], by=staff, director=director)
    given.refresh_from_db()
    return given


def at(day, act, *args, **fields):
    moment = NOW + day * DAY
    with staged_at(moment):
        return act(*args, at=moment, **fields)


def revoked(award, director, second_director):
    asked = at(10, revoking.propose_revocation, award, by=director, **SAID)
    return at(11, revoking.confirm_revocation, asked, by=second_director)


def test_two_directors_revoke_and_the_history_keeps_it_with_the_note(award, director, second_director, client, client_of):
    revoked(award, director, second_director)
    award.refresh_from_db()
    row = PublishedAward.objects.get()
    assert (award.status, row.closed_because, row.note) == (AwardStatus.REVOKED, "revoked", SAID["note"])
    assert not announced.awards().exists()
    assert not announced.cities().exists()
    public = client.get(reverse("directory:city", args=[row.city.slug])).content.decode()
    assert SAID["note"] in public
    assert "revoked March 13, 2026" in public
    assert SAID["reason"] not in public
    checked = client.get(reverse("directory:verification", args=[row.code])).content.decode()
    assert "was revoked on March 13, 2026" in checked
    assert "No longer stands" in checked
    own = client_of(people.person("alder-reach-lead")).get(reverse("reviews:result", args=[award.assessment_id])).content.decode()
    assert "This award was revoked on March 13, 2026" in own
    assert SAID["reason"] in own
    assert "Alder Reach: Gold, revoked" in own
    assert "stands until" not in own + public + checked
    card = Scorecard.objects.get(kind="certificate")
    assert "certificate-" not in public + checked
    assert "press-kit" not in own
    assert client.get(reverse("directory:certificate", args=[row.city.slug, announced.certificate_key(row)])).status_code == 404
    for door in ("certificate", "press_kit"):
        assert client_of(people.person("alder-reach-lead")).get(reverse(f"reviews:{door}", args=[award.assessment_id])).status_code == 404
    assert default_storage.exists(card.stored), "it stays on record"
    letters = Letter.objects.filter(kind="revoked")
    assert set(letters.values_list("address", flat=True)) == {"alder-reach-lead@example.org", "alder-reach-signatory@example.org"}
    assert "left the program" not in letters[0].body


def test_one_director_alone_revokes_nothing(award, staff, director, second_director):
    with pytest.raises(NotAllowed):
        at(10, revoking.propose_revocation, award, by=staff, **SAID)
    with pytest.raises(ReasonMissing):
        at(10, revoking.propose_revocation, award, reason="Why.", note=" ", by=director)
    asked = at(10, revoking.propose_revocation, award, by=director, **SAID)
    with pytest.raises(NotAllowed, match="another director confirms"):
        at(10, revoking.confirm_revocation, asked, by=director)
    with pytest.raises(AskedAlready):
        at(10, revoking.propose_revocation, award, by=second_director, **SAID)
    at(10, revoking.drop_revocation, asked, by=director)
    with pytest.raises(Ended):
        at(10, revoking.confirm_revocation, asked, by=second_director)
    award.refresh_from_db()
    assert award.status == AwardStatus.RELEASED


def test_what_is_minutes_old_or_under_appeal_is_not_revoked(award, director):
    with pytest.raises(NotRevocable):
        at(0, revoking.propose_revocation, award, by=director, **SAID)
    code = next(code for code, verdict in award.score.verdicts.items() if verdict == "not_met")
    at(2, appealing.file, reviews.answer(award.assessment, code), reason="The annex.", by=people.person("alder-reach-lead"))
    with pytest.raises(SomethingUnderWay):
        at(3, revoking.propose_revocation, award, by=director, **SAID)


def test_a_correction_is_a_new_row_with_its_note_and_closes_the_one_of_before(award, staff, director, second_director, client):
    why = {"reason": "The wrong tier was told.", "note": "The tier was told wrongly."}
    case = award.assessment
    case.refresh_from_db()
    with pytest.raises(NotAllowed):
        at(10, awarding.correct, case, kind="new", tier="silver", by=staff, **why)
    with pytest.raises(TierUnfit):
        at(10, awarding.correct, case, kind="no_tier", tier="", by=director, **why)
    second = at(10, awarding.correct, case, kind="new", tier="silver", by=director, **why)
    with pytest.raises(AlreadyProposed):
        at(10, awarding.correct, case, kind="new", tier="silver", by=director, **why)
    at(10, awarding.approve, second, by=second_director)
    batch = at(11, announcing.draft_round, case.cycle, slug="corrections", name="Corrections", by=staff)
    at(11, announcing.add, batch, awards=[second], by=staff)
    at(11, announcing.prepare, batch, announce_at=NOW + 11 * DAY, by=staff)
    make.rendered(batch)
    at(11, announcing.release, batch, by=director)
    old, new = PublishedAward.objects.order_by("pk")
    assert (old.closed_because, new.closed_at, new.tier, new.note, new.replaces) == ("corrected", None, "silver", why["note"], old)
    assert (new.round_slug, new.valid_until) == (old.round_slug, old.valid_until)
    award.refresh_from_db()
    assert award.status == AwardStatus.CORRECTED
    assert results.released_award(case).version == 2
    public = client.get(reverse("directory:city", args=[new.city.slug])).content.decode()
    assert why["note"] in public
    assert why["reason"] not in public
    assert announced.award_by_code(old.code) == new, "the paper of before leads to what holds now"
    assert len({old.certificate, new.certificate} - {""}) == 2
    assert client.get(reverse("directory:certificate", args=[old.city.slug, announced.certificate_key(old)])).status_code == 404
    answer = client.get(reverse("directory:certificate", args=[new.city.slug, announced.certificate_key(new)]))
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    answer.close()
    assert default_storage.exists(old.certificate), "the one of before stays on record"
