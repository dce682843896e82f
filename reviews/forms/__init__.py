"""Typed text into values. Rules that need rows live in the actions."""

from reviews.forms.appealing import AdmitForm, AppealForm, AppealsRoundForm, HandForm, HearingForm, WordsForm
from reviews.forms.asking import LetterForm, QuestionForm
from reviews.forms.assigning import MemberForm, PanelForm, PlanLineForm, TableForm
from reviews.forms.awarding import AwardForm, CorrectionForm, FlipForm, HourForm, RevocationForm, RoundForm
from reviews.forms.calling import CallForm, NoteForm
from reviews.forms.declaring import DeclarationForm, Declared, FoundForm, GlassForm, ReasonForm
from reviews.forms.exporting import ExportForm, ListForm
from reviews.forms.reading import FindingForm, PhraseForm, as_typed
from reviews.forms.settling import ItemForm, PracticeForm, SettlementForm, TalkForm
from reviews.forms.targeting import TargetsForm
from reviews.forms.writing import MessageForm

__all__ = [
    "AdmitForm",
    "AppealForm",
    "AppealsRoundForm",
    "AwardForm",
    "CallForm",
    "CorrectionForm",
    "DeclarationForm",
    "Declared",
    "ExportForm",
    "FindingForm",
    "FlipForm",
    "FoundForm",
    "GlassForm",
    "HandForm",
    "HearingForm",
    "HourForm",
    "ItemForm",
    "LetterForm",
    "ListForm",
    "MemberForm",
    "MessageForm",
    "NoteForm",
    "PanelForm",
    "PhraseForm",
    "PlanLineForm",
    "PracticeForm",
    "QuestionForm",
    "ReasonForm",
    "RevocationForm",
    "RoundForm",
    "SettlementForm",
    "TableForm",
    "TalkForm",
    "TargetsForm",
    "WordsForm",
    "as_typed",
]
