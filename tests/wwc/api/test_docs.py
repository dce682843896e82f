"""The schema holds, and the page drawn from it leaves nothing out."""

import re
from html import unescape

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from jsonschema import Draft202012Validator

from tests.factories import published
from wwc.accounts import tokens
from wwc.api import drawn, urls


def test_the_schema_is_valid_and_nothing_in_it_is_guessed(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))
    assert (tmp_path / "schema.yml").read_text().startswith("openapi: 3.1.0")


def operations():
    return [(path, method, said) for path, methods in drawn.schema()["paths"].items() for method, said in methods.items()]


def test_every_address_is_in_the_schema_and_only_read():
    listed = {path for path, method, _said in operations() if method == "get"}
    patterns = [str(entry.pattern) for entry in urls.urlpatterns]
    assert listed == {"/api/" + re.sub(r"<slug:(\w+)>", r"{\1}", pattern) for pattern in patterns if pattern.startswith("v1/")}
    assert len(listed) == len(operations()) == 21


@pytest.mark.parametrize(("path", "said"), [(path, said) for path, _method, said in operations()], ids=lambda each: str(each)[:60])
def test_every_operation_has_an_example_that_is_whole_and_fits(path, said):
    content = said["responses"]["200"]["content"]["application/json"]
    (example,) = content["examples"].values()
    whole = {"components": drawn.schema()["components"], **content["schema"]}
    validator = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert [error.message for error in validator.iter_errors(example["value"])] == []
    rows = example["value"].get("results", [example["value"]])
    shape = said["operationId"]
    operation = next(each for _tag, listed in drawn.groups() for each in listed if each.id == shape)
    assert set(rows[0]) == {field.name for field in operation.fields if not field.within}, path


@pytest.mark.parametrize(("path", "method", "said"), operations(), ids=[f"{method} {path}" for path, method, _said in operations()])
def test_every_operation_tells_its_errors_in_one_shape(path, method, said):
    wanted = {"400", "401", "405", "406", "429"}
    wanted |= {"404"} if "{" in path else set()
    wanted |= {"403"} if "assessments" in path or "cycles/{cycle}" in path else set()
    assert set(said["responses"]) - {"200", "304"} == wanted
    for code in wanted:
        ((media, content),) = said["responses"][code]["content"].items()
        assert (media, content["schema"]) == ("application/problem+json", {"$ref": "#/components/schemas/Problem"})
        (example,) = content["examples"].values()
        assert example["value"]["status"] == int(code)
    assert set(said["responses"]["405"]["headers"]) == {"Allow"}
    assert set(said["responses"]["401"]["headers"]) == {"WWW-Authenticate"}
    assert set(said["responses"]["429"]["headers"]) == {"Retry-After"}


def test_what_is_open_says_that_it_need_not_be_sent_again_and_by_what():
    for path, _method, said in operations():
        kept = {} in said["security"]
        assert ("304" in said["responses"]) is kept, path
        for code in {"200", "304"} & set(said["responses"]):
            assert set(said["responses"][code].get("headers", ())) == ({"ETag", "Last-Modified"} if kept else set()), path


def test_every_operation_says_which_scopes_open_it():
    scopes = {
        path.removeprefix("/api/v1/"): [each["token"] for each in said["security"]]
        for path, _, said in operations()
        if {} not in said["security"]
    }
    assert scopes["assessments/"] == [["draft"], ["evidence"], ["questions"], ["result"]]
    assert scopes["assessments/{cycle}/{city}/draft-score/"] == [["draft"]]
    assert scopes["cycles/{cycle}/awards/"] == [["cycle"]]


def test_a_row_may_have_any_of_its_fields_where_they_can_be_chosen():
    shapes = drawn.schema()["components"]["schemas"]
    assert "required" not in shapes["AwardRow"]
    assert "number" in shapes["AwardRow"]["properties"]
    assert shapes["CriterionRow"]["required"]
    (fields,) = (each for each in drawn.schema()["paths"]["/api/v1/awards/"]["get"]["parameters"] if each["name"] == "fields")
    assert (fields["style"], fields["explode"], "tier" in fields["schema"]["items"]["enum"]) == ("form", False, True)


def test_only_addresses_of_a_city_or_of_the_program_need_a_token():
    needing = {path for path, _method, said in operations() if {} not in said["security"]}
    own = {f"/api/v1/assessments/{{cycle}}/{{city}}/{what}/" for what in ("draft-score", "evidence", "questions", "result")}
    of_cycle = {f"/api/v1/cycles/{{cycle}}/{what}/" for what in ("assessments", "scores", "awards")}
    assert needing == {"/api/v1/assessments/"} | own | of_cycle


def test_the_page_draws_every_operation_with_its_parameters_and_fields(client, db):
    page = unescape(client.get("/api/docs/").content.decode())
    for path, _method, said in operations():
        assert f"GET {path}" in page
        part = page.partition(f'<article class="stack operation" id="{said["operationId"]}"')[2].partition("</article>")[0]
        for parameter in said["parameters"]:
            assert f"<code>{parameter['name']}</code>" in part
            assert parameter["description"].strip() in part
        for code in (code for code in said["responses"] if code >= "400"):
            assert f"<code>{code}</code>" in part
        assert "Example of an answer" in part


def test_every_field_and_parameter_says_what_it_means():
    silent = []
    for _tag, listed in drawn.groups():
        for operation in listed:
            silent += [f"{operation.id} {field.within}.{field.name}" for field in operation.fields if not field.about]
            silent += [f"{operation.id} {parameter['name']}" for parameter in operation.parameters if not parameter.get("description")]
            assert operation.fields
    assert silent == []


def test_fields_within_rows_are_named_by_their_way(client):
    fields = {operation.id: operation.fields for _tag, listed in drawn.groups() for operation in listed}
    assert ("areas", "points", "whole number") in {(f.within, f.name, f.kind) for f in fields["scores_list"]}
    assert ("", "criteria", "list of rows or null") in {(f.within, f.name, f.kind) for f in fields["scores_retrieve"]}
    assert ("award", "tier", "text or null") in {(f.within, f.name, f.kind) for f in fields["changes_list"]}
    assert ("", "valid_until", "date or null") in {(f.within, f.name, f.kind) for f in fields["awards_list"]}


def test_the_page_and_the_schema_lead_to_each_other(client, db):
    page = client.get(reverse("api:docs")).content.decode()
    assert f'href="{reverse("api:schema")}"' in page
    assert "http://127.0.0.1:8000/api/v1/awards/" in page


def test_the_page_is_open_and_the_same_for_all(client, db, client_of, stranger):
    assert client.get("/api/docs/").status_code == 200
    assert client_of(stranger).get("/api/docs/").status_code == 200
    assert client.post("/api/docs/").status_code == 405


# docs/api.md

GUIDE = (settings.BASE_DIR / "docs" / "api.md").read_text()
EXAMPLES = re.findall(r'curl [^\n]*"http://127\.0\.0\.1:8000(/api/[^"]*)"', GUIDE)


@pytest.mark.parametrize("address", EXAMPLES)
def test_every_example_of_the_guide_is_answered(get, address, lead, token_of):
    published.award(published.city("Boston", "MA", slug="boston-ma"))
    lead.is_staff = "cycles" in address
    lead.save()
    secret = token_of(lead, [value for value, _label in tokens.scopes_for(lead)]) if "assessments" in address or "cycles" in address else ""
    assert get(address, secret).status_code == (404 if "2026" in address else 200)


def test_the_guide_has_an_example_of_every_list():
    assert {address.partition("?")[0] for address in EXAMPLES} >= {
        path for path, _method, _said in operations() if path.endswith("s/") and "{" not in path
    }


def test_the_guide_names_every_address():
    for path, _method, _said in operations():
        assert f"`{path.removeprefix('/api/v1/')}`" in GUIDE.replace("<", "{").replace(">", "}")
