"""What the templates of a form need to know of a field: which kind it is, its choices, its errors in one list."""

from collections.abc import Iterator
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

register = template.Library()

SHORT = {"date", "time", "datetime-local", "month", "number"}


@register.filter
def kind(field: BoundField) -> str:
    """How a field is drawn: hidden, rows (of choices), check (one box), group (several controls) or plain."""
    widget = field.field.widget
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "rows"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    return "group" if widget.use_fieldset else "plain"


@register.filter
def rows_class(field: BoundField) -> str:
    """The class of a list of choices: rows one under the other, or `choices` side by side where the widget says so."""
    return "choices" if "choices" in str(field.field.widget.attrs.get("class", "")).split() else "rows"


@register.filter
def control(field: BoundField) -> SafeString:
    """The control itself, in our dress; Django ties it to help and error by their ids."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return field.as_widget()
    wanted = ["input", *str(widget.attrs.get("class", "")).split()]
    if getattr(widget, "input_type", "") in SHORT:
        wanted.append("short")
    dress: dict[str, Any] = {"class": " ".join(dict.fromkeys(wanted))}
    if getattr(widget, "input_type", "") != "search":
        dress["placeholder"] = False  # it vanishes under the first letter; the label and the help say it
    return field.as_widget(attrs=dress)


@register.filter
def helped(field: BoundField, text: str) -> BoundField:
    """The field with this help instead of its own, none with an empty text: for forms of packages."""
    field.help_text = text
    return field


@register.filter
def option_groups(field: BoundField) -> Iterator[dict[str, Any]]:
    """The choices by group, each with its control, its words, and the small line that follows a `|` in its label."""
    widget = field.field.widget
    attrs = field.build_widget_attrs({"id": field.auto_id} if field.auto_id else {})
    for name, group, _ in widget.optgroups(field.html_name, widget.format_value(field.value()), attrs):
        options = []
        for data in group:
            data["attrs"].pop("class", None)
            words, _, small = str(data["label"]).partition("|")
            options.append({"control": _input(data), "words": words, "small": small})
        yield {"name": name, "options": options}


def _input(data: dict[str, Any]) -> SafeString:
    """One choice as its control. Django would open three templates for each."""
    given = {"type": data["type"], "name": data["name"], "value": str(data["value"]), **data["attrs"]}
    shown = (format_html(" {}" if value is True else ' {}="{}"', name, value) for name, value in given.items() if value is not False)
    return format_html("<input{}>", mark_safe("".join(shown)))  # noqa: S308  each part is escaped


@register.filter
def described_by(field: BoundField) -> str:
    """The ids of a group's help and error, for its fieldset."""
    ids = [f"{field.auto_id}_helptext"] if field.help_text else []
    return " ".join(ids + ([f"{field.auto_id}_error"] if field.errors else []))


@register.filter
def complaints(form: forms.BaseForm) -> list[dict[str, str]]:
    """Every error of a form in the order of its fields, each with the control to go to."""
    found = [{"text": str(error), "href": ""} for error in form.non_field_errors()]
    for field in form:
        for error in field.errors:
            hidden = field.field.widget.is_hidden
            text = str(error) if hidden else _said_of(str(field.label), str(error))
            found.append({"text": text, "href": "" if hidden else f"#{_first_control(field)}"})
    return found


def _said_of(label: str, error: str) -> str:
    """The error with the name of its field; a field that asks a question keeps its question mark."""
    if label.endswith("?"):
        return f"{label} {error}"
    return gettext("%(field)s: %(error)s") % {"field": label, "error": error}


def _first_control(field: BoundField) -> str:
    """The id of the control that a link to the field brings into focus: of a group, its first."""
    several = kind(field) == "rows" or isinstance(field.field.widget, forms.MultiWidget)
    return f"{field.auto_id}_0" if several else field.auto_id
