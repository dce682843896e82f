"""Who may draft, edit, publish and retire an edition of the Standard."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from criteria.models import Standard
from wwc.audit import record
from wwc.refusals import HIDDEN, YES, Ruling, no

LOADER = "loader"


def may_draft(by: Any) -> Ruling:
    """Staff and directors start an edition and see drafts."""
    return YES if _of_programme(by) else HIDDEN


def may_edit(by: Any, standard: Standard) -> Ruling:
    """Staff and directors edit a draft; nobody edits what was published."""
    if not _of_programme(by):
        return HIDDEN
    if not standard.is_draft:
        return no(_("A published edition never changes. Draft the next one from it."))
    return YES


def may_publish(by: Any, standard: Standard) -> Ruling:
    """A director publishes; without a person, the loader of the fixtures alone."""
    if by is None:
        return YES if record.channel() == LOADER else HIDDEN
    if not _of_programme(by):
        return HIDDEN
    if not by.is_director:
        return no(_("A director publishes an edition."))
    return YES


def may_retire(by: Any, standard: Standard) -> Ruling:
    """A director retires a published edition; without a person, the loader alone."""
    if by is None:
        return YES if record.channel() == LOADER else HIDDEN
    if not _of_programme(by):
        return HIDDEN
    if not by.is_director:
        return no(_("A director retires an edition."))
    return YES


def _of_programme(by: Any) -> bool:
    return bool(getattr(by, "of_programme", False))
