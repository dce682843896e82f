"""The crispy pack: each field with label, help and error tied by id, choices as rows, one summary that takes the focus."""

import re

import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.template import Context, Template
from django.test import RequestFactory

MAY = [("c", "Answer and add evidence|Contributor"), ("l", "Also submit and invite|City lead")]


class Invitation(forms.Form):
    email = forms.EmailField(
        label="Email", help_text="We send one link.", error_messages={"invalid": "Enter an address like name@city.gov"}
    )
    may = forms.ChoiceField(
        label="May", choices=MAY, widget=forms.RadioSelect, error_messages={"required": "Choose what this person may do"}
    )
    met = forms.ChoiceField(label="Does your city meet this?", choices=[("y", "Yes")], widget=forms.RadioSelect(attrs={"class": "choices"}))
    ticks = forms.MultipleChoiceField(
        label="Tick what is in place",
        help_text="Two of two.",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("In writing", [("1", "A policy")]), ("2", "A form")],
    )
    sure = forms.BooleanField(label="This is true")
    message = forms.CharField(label="Message", required=False, widget=forms.Textarea)
    by = forms.DateField(label="By", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    based_on = forms.IntegerField(widget=forms.HiddenInput)


def drawn(form: forms.BaseForm) -> str:
    return Template("{% load crispy_forms_filters %}{{ form|crispy }}").render(Context({"form": form}))


def field_of(html: str, start: str) -> str:
    return next(part for part in re.split(r'(?=<(?:div|fieldset) class="field")', html) if start in part)


@pytest.fixture
def wrong() -> str:
    return drawn(Invitation({"email": "name@city", "by": "tomorrow"}))


def test_label_help_error_and_control_stand_in_this_order_and_are_tied(wrong: str) -> None:
    field = field_of(wrong, 'for="id_email"')
    order = [field.index(part) for part in ("<label", 'id="id_email_helptext"', 'id="id_email_error"', "<input")]
    assert order == sorted(order)
    assert 'aria-describedby="id_email_helptext id_email_error"' in field
    assert 'aria-invalid="true"' in field
    assert 'class="input"' in field
    assert 'value="name@city"' in field


def test_choices_are_rows_in_a_named_group_that_is_tied_too(wrong: str) -> None:
    field = field_of(wrong, 'id="id_may"')
    assert re.search(r'<fieldset class="field" id="id_may" aria-describedby="id_may_error">\s*<legend>May</legend>', field)
    assert field.count("<label>") == field.count('type="radio"') == 2
    assert "<span>Answer and add evidence</span><small>Contributor</small>" in field
    assert 'class="rows"' in field


def test_a_widget_may_ask_for_boxes_side_by_side(wrong: str) -> None:
    field = field_of(wrong, 'id="id_met"')
    assert '<div class="choices">' in field
    assert not re.search(r"<input[^>]*choices", field)


def test_grouped_choices_keep_their_headings() -> None:
    field = field_of(drawn(Invitation(initial={"ticks": ["2"]})), 'id="id_ticks"')
    assert '<div class="group">In writing</div>' in field
    assert re.findall(r'value="(\d)"[^>]*checked', field) == ["2"]
    assert 'aria-describedby="id_ticks_helptext"' in field


def test_what_may_be_left_out_says_so_and_nothing_wears_an_asterisk(wrong: str) -> None:
    assert wrong.count("(optional)") == 3
    assert "*" not in wrong


def test_one_box_has_its_words_beside_it(wrong: str) -> None:
    field = field_of(wrong, 'id="id_sure"')
    assert re.search(r'<label class="one-check" for="id_sure"><input type="checkbox"[^>]*><span>This is true</span></label>', field)


def test_a_date_is_a_short_field() -> None:
    assert re.search(r'<input type="date"[^>]*class="input short"', drawn(Invitation()))


def test_the_summary_takes_the_focus_and_leads_to_each_control(wrong: str) -> None:
    summary = wrong[wrong.index('<div class="note bad"') : wrong.index("</ul>")]
    assert 'role="alert" tabindex="-1" autofocus' in summary
    assert "6 things to correct; nothing is lost" in summary
    links = re.findall(r'href="#(\w+)">([^<]+)', summary)
    assert links[:3] == [
        ("id_email", "Email: Enter an address like name@city.gov"),
        ("id_may_0", "May: Choose what this person may do"),
        ("id_met_0", "Does your city meet this? This field is required."),
    ]
    assert [target for target, _ in links if f'id="{target}"' not in wrong] == []


def test_an_error_of_a_hidden_field_is_said_without_a_link(wrong: str) -> None:
    assert "<li>This field is required.</li>" in wrong


def test_a_form_without_errors_has_no_summary() -> None:
    html = drawn(Invitation())
    assert "note bad" not in html
    assert "_error" not in html


def test_what_a_person_typed_is_escaped() -> None:
    html = drawn(Invitation({"email": '"><script>x()</script>'}))
    assert "<script>" not in html


def test_a_whole_form_by_its_helper_brings_token_kind_and_button() -> None:
    class Upload(forms.Form):
        file = forms.FileField(label="File")

        @property
        def helper(self) -> FormHelper:
            helper = FormHelper()
            helper.add_input(Submit("add", "Add the document"))
            return helper

    request = RequestFactory().get("/")
    html = Template("{% load crispy_forms_tags %}{% crispy form %}").render(
        Context({"form": Upload(), "csrf_token": "t0ken", "request": request})
    )
    assert re.search(r'<form [^>]*method="post" enctype="multipart/form-data" novalidate>', html)
    assert 'value="t0ken"' in html
    assert re.search(r'<button type="submit" name="add"[^>]*class="btn primary"', html)


def test_a_set_of_forms_brings_its_management() -> None:
    html = drawn(forms.formset_factory(Invitation, extra=2)())
    assert 'name="form-TOTAL_FORMS" value="2"' in html
    assert 'id="id_form-1-email"' in html


def test_a_control_of_several_parts_is_a_group() -> None:
    class Period(forms.Form):
        begins = forms.SplitDateTimeField(label="Begins")

    html = drawn(Period({}))
    assert "<legend>Begins</legend>" in html
    assert 'href="#id_begins_0"' in html


def test_a_placeholder_never_stands_in_for_a_label() -> None:
    class Password(forms.Form):
        password = forms.CharField(label="Password", help_text="Forgot it?", widget=forms.PasswordInput(attrs={"placeholder": "Password"}))

    assert "placeholder" not in drawn(Password())


def test_the_form_of_a_package_may_be_given_other_help() -> None:
    class Password(forms.Form):
        password = forms.CharField(label="Password", help_text="Forgot it?")

    source = '{% load crispy_forms_filters fields %}{{ form.password|helped:"Twelve characters"|as_crispy_field }}'
    html = Template(source).render(Context({"form": Password()}))
    assert '<div class="help" id="id_password_helptext">Twelve characters</div>' in html
    assert "Forgot it?" not in html
