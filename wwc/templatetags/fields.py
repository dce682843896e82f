"""What the templates of a form need to know of a field: which kind it is, its choices, its errors in one list."""

from typing import Any, ClassVar

from django import forms, template
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.html import conditional_escape, format_html
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
def choices(field: BoundField) -> SafeString:
    """The choices of a field, one under the other, or side by side where the widget says so.

    Groups have their name above, and a choice has a small line under its words: what follows a `|` in its label. A loop in a
    template, which asks the widget for each choice, takes four times as long.
    """
    widget: Any = field.field.widget
    chosen = widget.format_value(field.value())
    attrs = {**widget.attrs, **field.build_widget_attrs({})}
    side_by_side = "choices" in str(attrs.pop("class", "")).split()
    common = {"type": widget.input_type, "name": field.html_name}
    drawn: list[str] = []
    number = 0
    for value, label in widget.choices:
        inside = label if isinstance(label, list | tuple) else None
        if inside is not None:
            drawn.append(format_html('<div class="group">{}</div>', value))
        for each, words in [(value, label)] if inside is None else inside:
            said = "" if each is None else str(each)
            own = {"value": said, "id": f"{field.auto_id}_{number}" if field.auto_id else False, "checked": said in chosen}
            drawn.append(_choice(_shown({**common, **own, **attrs}), str(words)))
            number += 1
    return mark_safe(f'<div class="{"choices" if side_by_side else "rows"}">{"".join(drawn)}</div>')  # noqa: S308  each part is escaped


def _choice(attrs: str, label: str) -> str:
    words, _, small = label.partition("|")
    below = f"<small>{conditional_escape(small)}</small>" if small else ""
    return f"<label><input{attrs}><span>{conditional_escape(words)}</span>{below}</label>"


def _input(data: dict[str, Any]) -> SafeString:
    """A control of one tag. Django would open two or three templates for each."""
    value = {} if data["value"] is None else {"value": str(data["value"])}
    shown = _shown({"type": data["type"], "name": data["name"], **value, **data["attrs"]})
    return mark_safe(f"<input{shown}>")  # noqa: S308  each value is escaped


def _textarea(data: dict[str, Any]) -> SafeString:
    shown = _shown({"name": data["name"], **data["attrs"]})
    return mark_safe(f"<textarea{shown}>\n{conditional_escape(data['value'] or '')}</textarea>")  # noqa: S308  escaped


def _shown(attrs: dict[str, Any]) -> str:
    """Attributes as they stand in a tag; True shows the name alone, False nothing. Names are ours, values are escaped."""
    given = ((name, value) for name, value in attrs.items() if value is not False)
    return "".join(f" {name}" if value is True else f' {name}="{conditional_escape(str(value))}"' for name, value in given)


class Controls(TemplatesSetting):
    """Draws the controls of one tag directly, the others by Django's templates."""

    DRAWN: ClassVar = {
        **dict.fromkeys((f"django/forms/widgets/{kind}.html" for kind in ("text", "hidden", "email", "number", "url", "date")), _input),
        "django/forms/widgets/textarea.html": _textarea,
    }

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> SafeString:
        """One control."""
        draws = self.DRAWN.get(template_name)
        return draws(context["widget"]) if draws else mark_safe(super().render(template_name, context, request))  # noqa: S308  a template


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
