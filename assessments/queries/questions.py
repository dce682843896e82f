"""Questions of the review team."""

from collections.abc import Iterable
from string import ascii_uppercase

from django.db.models import QuerySet

from assessments.lifecycle import Asked
from assessments.models import Answer, Assessment, Clarification, Draft, ReplyDraft


def questions_of(assessment: Assessment) -> QuerySet[Clarification]:
    """The questions that were sent to a city, the one that is due first at the top."""
    asked = Clarification.objects.filter(answer__assessment=assessment, sent_at__isnull=False)
    return asked.select_related("answer__criterion__area", "answer__current", "draft__saved_by").order_by(
        "-status", "due_at", "position", "pk"
    )


def written_to(asked: Clarification) -> tuple[ReplyDraft | None, Draft | None]:
    """What is being written to a question, and the answer as the same person has changed it; both unsent."""
    written = ReplyDraft.objects.filter(clarification=asked).select_related("saved_by").first()
    if written is None:
        return None, None
    return written, Draft.objects.filter(answer=asked.answer_id, person=written.saved_by_id, saved_at__isnull=False).first()


def rounds_used(answer: Answer) -> int:
    """How many questions on an answer have been sent so far and not been taken back."""
    return Clarification.objects.filter(answer=answer, sent_at__isnull=False).exclude(status=Asked.CANCELED).count()


def voices_of(assessment: Assessment) -> dict[int, str]:
    """What the city reads for each person who has asked it in this assessment: a letter, never a name."""
    named = Clarification.objects.filter(answer__assessment=assessment).exclude(voice="")
    return dict(named.values_list("asked_by_id", "voice"))


def next_voice(taken: Iterable[str]) -> str:
    """The letter for whoever asks next: A to Z, then AA, AB and so on."""
    number, word = len(set(taken)) + 1, ""
    while number:
        number, letter = divmod(number - 1, 26)
        word = ascii_uppercase[letter] + word
    return word
