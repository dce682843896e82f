"""Take a whole cycle away as tables: asked for here, written by a worker, fetched by the one who asked."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assessments.models import Cycle
from reviews import access
from reviews.models import Export, Format
from reviews.queries import exports, lists
from wwc.accounts.models import User
from wwc.audit.record import record
from wwc.outbox import post
from wwc.refusals import Refusal, require


class NothingChosen(Refusal):
    """No table, or a form that is none of ours."""

    message = _("Choose a form and at least one table. Nothing was asked for.")


class RunsAlready(Refusal):
    """One of the person's exports of the cycle is being written."""

    message = _("An export of this cycle is being written for you already. Wait for it, or fetch it when it is there.")


class ListRunsAlready(RunsAlready):
    """One of the person's lists is being written."""

    message = _("A list is being written for you already. Wait for it, or fetch it when it is there.")


class NotThere(Refusal):
    """Not written yet, or taken away after its week."""

    message = _("The file is not here. An export is kept for a week; ask for a new one.")


@transaction.atomic
def ask(cycle: Cycle, *, form: str, tables: Iterable[str], by: Any, at: datetime) -> Export:
    """Ask for tables of a cycle; cities closed to the person are in none of them."""
    require(access.may_export(by))
    wanted = set(tables)
    chosen = [name for name in exports.NAMES if name in wanted]
    if not chosen or form not in Format.values:
        raise NothingChosen()
    Cycle.objects.select_for_update(of=("self",)).get(pk=cycle.pk)
    if Export.objects.filter(cycle=cycle, asked_by=by, made_at=None, gone_at=None).exists():
        raise RunsAlready()
    export = Export.objects.create(cycle=cycle, form=form, tables=chosen, asked_at=at, asked_by=by)
    record("export_asked", export, by=by, at=at, after=cycle.slug, form=form, tables=chosen)
    post.ask(exports.KIND, at=at, export_id=export.pk)
    return export


@transaction.atomic
def ask_list(name: str, *, asked: Mapping[str, str], form: str, by: Any, at: datetime) -> Export:
    """Ask for a list with its filters as they stand: the worker writes the rows that the page then shows the person."""
    require(access.may_export(by))
    if name not in lists.LISTS or form not in Format.values:
        raise NothingChosen()
    User.objects.select_for_update().get(pk=by.pk)
    if Export.objects.filter(cycle=None, asked_by=by, made_at=None, gone_at=None).exists():
        raise ListRunsAlready()
    known = lists.asked_of(lists.LISTS[name], asked)
    tables = [table.name for table, _numbers in lists.found(name, known, by, at)]
    export = Export.objects.create(listed={"list": name, "asked": known}, form=form, tables=tables, asked_at=at, asked_by=by)
    record("export_asked", export, by=by, at=at, after=name, form=form, asked=known)
    post.ask(exports.KIND, at=at, export_id=export.pk)
    return export


@transaction.atomic
def fetch(export: Export, *, by: Any, at: datetime) -> Export:
    """Hand the file over and note it in the record. Refused where a city in it was closed to the person meanwhile."""
    require(access.may_fetch(by, export))
    row = Export.objects.get(pk=export.pk)
    if not row.stored:
        raise NotThere()
    record("export_fetched", row, by=by, at=at, after=row.name)
    return row
