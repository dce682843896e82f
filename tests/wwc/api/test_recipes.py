"""Every recipe runs as it stands on its page, against a server."""

import json
import os
import subprocess
import sys
from html import unescape

import pytest
from django.conf import settings as site

from tests.factories import assessments as cases
from tests.factories import figures, published
from wwc.api import recipes
from wwc.opendata.jobs import write_open_data

SAYS = {
    "find": {"curl": '"city_name":"Alder Reach"', "python": "2026-04-14 Alder Reach"},
    "table": {"curl": '"city":"reach-249', "python": "named-0,alder-reach-oh,gold,2026-04-14"},
    "follow": {"curl": '"kind":"announced"', "python": "251 awards"},
    "unchanged": {"curl": "304", "python": "unchanged"},
    "figures": {"curl": '"cycle":"2026"', "python": "2026 DM 0.722222 between"},
    "files": {"curl": "named-0,alder-reach-oh,new,gold", "python": "version 1.0.0 with 24 files"},
    "own": {"curl": '"stage":"in_progress"', "python": "2026 port-lindell 0 of 43"},
    "errors": {"curl": '"field":"tier"', "python": "400 tier"},
}


def run(lines, language, folder, secret):
    command = ["bash", "-euc", lines] if language == "curl" else [sys.executable, "-I", "-c", lines]
    environment = {"PATH": os.environ["PATH"], "WWC_TOKEN": secret}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def test_every_recipe_runs_and_says_what_it_is_for(standing, live_server, settings, tmp_path, token_of):
    settings.SITE_URL = live_server.url
    published.award(published.city(), number="named-0")
    published.named(250)
    figures.release(cases.cycle())
    write_open_data()
    secret = token_of(cases.lead(cases.started().city))
    assert {recipe.id for recipe in recipes.ALL} == set(SAYS)
    for recipe in recipes.here():
        for language, wanted in SAYS[recipe.id].items():
            assert wanted in run(getattr(recipe, language), language, tmp_path, secret), f"{recipe.id} in {language}"
    follow = recipes.FOLLOW.at(live_server.url).python
    published.award(published.city("Later"), number="later")
    assert "252 awards" in run(follow, "python", tmp_path, secret), "it goes on from where it was"
    assert "later" in json.loads((tmp_path / "copy.json").read_text())["awards"]


def test_the_page_shows_every_line_for_this_site(client, db):
    page = unescape(client.get("/api/recipes/").content.decode())
    for recipe in recipes.here():
        assert recipe.curl in page
        assert recipe.python in page
        assert site.SITE_URL in recipe.curl
    assert 'href="/api/recipes/"' in client.get("/api/docs/").content.decode()


@pytest.mark.parametrize("recipe", recipes.ALL, ids=lambda recipe: recipe.id)
def test_no_line_holds_a_secret(recipe):
    assert "wwc_" not in recipe.curl + recipe.python
