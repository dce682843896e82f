"""Typed text into values. Rules that need rows live in the actions."""

from assessments.forms.answering import AnswerForm, NoteForm, ReplyForm, as_typed, too_long_in_words
from assessments.forms.copying import ImportForm, SourceForm
from assessments.forms.documenting import DescribeForm, FileForm, LinkForm, PagesForm, ReuseForm, UseForm
from assessments.forms.joining import AskerForm, ChosenCityForm, DomainForm, NotListedForm, TakePartForm, WordsForm
from assessments.forms.listing import PlaceForm
from assessments.forms.requesting import DecideForm, ExtendForm, ReopenForm, WhyForm
from assessments.forms.scheduling import CycleForm, PolicyForm
from assessments.forms.submitting import SubmitForm
from assessments.forms.team import AddressForm, HandForm, InviteForm, JoinForm, LookForm, ReasonForm
from assessments.forms.wording import TextForm

__all__ = [
    "AddressForm",
    "AnswerForm",
    "AskerForm",
    "ChosenCityForm",
    "CycleForm",
    "DecideForm",
    "DescribeForm",
    "DomainForm",
    "ExtendForm",
    "FileForm",
    "HandForm",
    "ImportForm",
    "InviteForm",
    "JoinForm",
    "LinkForm",
    "LookForm",
    "NotListedForm",
    "NoteForm",
    "PagesForm",
    "PlaceForm",
    "PolicyForm",
    "ReasonForm",
    "ReopenForm",
    "ReplyForm",
    "ReuseForm",
    "SourceForm",
    "SubmitForm",
    "TakePartForm",
    "TextForm",
    "UseForm",
    "WhyForm",
    "WordsForm",
    "as_typed",
    "too_long_in_words",
]
