"""Controls drawn by hand are the controls that Django's templates draw; choices in groups, with small lines, with what is chosen."""

from html.parser import HTMLParser

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting

from wwc.templatetags.fields import Controls, choices

NASTY = """<b>&"quoted" 'x'</b>"""


class Plain(forms.Form):
    """One control of each kind that is drawn by hand."""

    text = forms.CharField(initial=NASTY, max_length=60, help_text="Help.", widget=forms.TextInput(attrs={"title": NASTY, "hidden": True}))
    words = forms.CharField(initial=f"\n{NASTY}", widget=forms.Textarea(attrs={"rows": 4, "spellcheck": False}))
    number = forms.IntegerField(min_value=0, initial=0)
    kept = forms.IntegerField(widget=forms.HiddenInput, initial=7)
    email = forms.EmailField(required=False)
    address = forms.URLField(assume_scheme="https")
    day = forms.DateField(initial="2026-12-14")


class Tags(HTMLParser):
    """The tags of a piece of HTML with their attributes, and the text, whatever their order and blanks."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, sorted(attrs, key=str)))

    def handle_data(self, data):
        self.found.append(data)


@pytest.mark.parametrize("name", Plain.base_fields)
@pytest.mark.parametrize("typed", [None, {}, {"text": NASTY, "words": NASTY, "number": "x", "kept": "", "email": "@", "day": NASTY}])
def test_a_control_drawn_by_hand_is_the_one_that_django_draws(name, typed):
    ours, theirs = (str(Plain(typed, renderer=renderer)[name]).strip() for renderer in (Controls(), TemplatesSetting()))
    assert Tags(ours).found == Tags(theirs).found
    assert NASTY not in ours


class Choosing(forms.Form):
    """One of several, in groups, and several of several."""

    one = forms.ChoiceField(choices=[("a", "A|the first"), ("", NASTY), ("More", [("b", "B"), ("c", "C")])], widget=forms.RadioSelect)
    some = forms.MultipleChoiceField(
        choices=[(1, "I"), (2, "II")], required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "choices"})
    )


def test_choices_have_their_groups_small_lines_and_what_is_chosen():
    form = Choosing(initial={"one": "b", "some": [2]})
    one, some = choices(form["one"]), choices(form["some"])
    assert one.startswith('<div class="rows"><label><input type="radio" name="one" value="a" id="id_one_0" required><span>A</span>')
    assert "<small>the first</small></label>" in one
    assert '<div class="group">More</div><label><input type="radio" name="one" value="b" id="id_one_2" checked required>' in one
    assert one.count("checked") == 1
    assert NASTY not in one
    assert some.startswith('<div class="choices"><label><input type="checkbox" name="some" value="1" id="id_some_0"><span>I</span>')
    assert '<input type="checkbox" name="some" value="2" id="id_some_1" checked>' in some


def test_choices_of_a_refused_form_say_so():
    form = Choosing({"one": "z"})
    assert form["one"].errors
    assert choices(form["one"]).count('aria-invalid="true"') == 4
    assert "checked" not in choices(form["one"])
