"""What programs are mostly written for, as lines to copy: in curl and in Python, each run by a test against a server."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HERE = "http://127.0.0.1:8000"  # stands in the lines for the site that shows them


@dataclass(frozen=True)
class Recipe:
    """One task: its name, what there is to know, the lines in both languages. With a token they read WWC_TOKEN."""

    id: str
    title: str | Promise
    about: str | Promise
    curl: str
    python: str

    def at(self, site: str) -> "Recipe":
        """The same for a site at this address."""
        return Recipe(self.id, self.title, self.about, self.curl.replace(HERE, site), self.python.replace(HERE, site))


FIND = Recipe(
    "find",
    _("Find awards"),
    _("Narrow a list by its parameters, and take the fields that you want."),
    f"""\
curl --fail "{HERE}/api/v1/awards/?tier=gold&state=OH&fields=city_name,announced_on"
""",
    f"""\
import json, urllib.request

address = "{HERE}/api/v1/awards/?tier=gold&state=OH&fields=city_name,announced_on"
with urllib.request.urlopen(address) as answer:
    for award in json.load(answer)["results"]:
        print(award["announced_on"], award["city_name"])
""",
)
TABLE = Recipe(
    "table",
    _("Take all awards as a table"),
    _("A page has up to 200 rows; next leads to the following one and is null on the last."),
    f"""\
address="{HERE}/api/v1/awards/?page_size=200&fields=number,city,tier,announced_on"
while [ -n "$address" ]; do
  page=$(curl --fail --silent "$address")
  echo "$page"
  address=$(echo "$page" | sed -n 's/.*"next":"\\([^"]*\\)".*/\\1/p')
done
""",
    f"""\
import csv, json, sys, urllib.request

columns = ["number", "city", "tier", "announced_on"]
table = csv.DictWriter(sys.stdout, columns)
table.writeheader()
address = "{HERE}/api/v1/awards/?page_size=200&fields=" + ",".join(columns)
while address:
    with urllib.request.urlopen(address) as answer:
        page = json.load(answer)
    table.writerows(page["results"])
    address = page["next"]
""",
)
FOLLOW = Recipe(
    "follow",
    _("Keep a copy up to date"),
    _("Keep what next says, and ask there again, once an hour for example: no change is missed however long you wait."),
    f"""\
curl --fail "{HERE}/api/v1/changes/?after=0&page_size=200"
""",
    f"""\
import json, pathlib, urllib.request

kept = pathlib.Path("copy.json")
begin = {{"next": "{HERE}/api/v1/changes/?page_size=200", "awards": {{}}}}
copy = json.loads(kept.read_text()) if kept.exists() else begin
more = True
while more:
    with urllib.request.urlopen(copy["next"]) as answer:
        page = json.load(answer)
    for change in page["results"]:
        if change["award"] is None:
            copy["awards"].pop(change["award_number"], None)
        else:
            copy["awards"][change["award_number"]] = change["award"]
    copy["next"], more = page["next"], page["more"]
kept.write_text(json.dumps(copy))
print(len(copy["awards"]), "awards")
""",
)
UNCHANGED = Recipe(
    "unchanged",
    _("Ask only whether something changed"),
    _("Send the ETag of the last answer: what is unchanged is 304 without a body."),
    f"""\
curl --fail --silent --etag-save awards.etag --output awards.json "{HERE}/api/v1/awards/"
curl --silent --etag-compare awards.etag --write-out "%{{http_code}}\\n" "{HERE}/api/v1/awards/"
""",
    f"""\
import urllib.error, urllib.request

address = "{HERE}/api/v1/awards/"
with urllib.request.urlopen(address) as answer:
    mark = answer.headers["ETag"]
try:
    urllib.request.urlopen(urllib.request.Request(address, headers={{"If-None-Match": mark}}))
    print("changed")
except urllib.error.HTTPError as error:
    print("unchanged" if error.code == 304 else error.read().decode())
""",
)
FIGURES = Recipe(
    "figures",
    _("Read the figures of a cycle"),
    _("Each figure comes with what is counted, of how many cities, and the interval of every share."),
    f"""\
curl --fail "{HERE}/api/v1/insights/"
""",
    f"""\
import json, urllib.request


def read(address):
    with urllib.request.urlopen(address) as answer:
        return json.load(answer)


for cycle in read("{HERE}/api/v1/insights/")["results"]:
    for figure in read(cycle["url"] + "?figure=areas")["figures"]:
        for row in figure["rows"]:
            print(cycle["cycle"], row["area"], row["share"], "between", row["low"], "and", row["high"])
""",
)
FILES = Recipe(
    "files",
    _("Take everything as files"),
    _("The open data has all tables as CSV and JSON, described by a Data Package with the SHA-256 of each file."),
    f"""\
curl --fail --silent --output awards.csv "{HERE}/data/latest/awards.csv"
head -n 3 awards.csv
""",
    f"""\
import hashlib, json, pathlib, urllib.request


def read(name):
    with urllib.request.urlopen("{HERE}/data/latest/" + name) as answer:
        return answer.read()


package = json.loads(read("datapackage.json"))
for resource in package["resources"]:
    body = read(resource["path"])
    assert resource["hash"] == "sha256:" + hashlib.sha256(body).hexdigest()
    pathlib.Path(resource["path"]).write_bytes(body)
print("version", package["version"], "with", len(package["resources"]), "files")
""",
)
OWN = Recipe(
    "own",
    _("Read what your own city has"),
    _("Make a token under Your account, Tokens, and put it into the environment as WWC_TOKEN, not into a file that others read."),
    f"""\
curl --fail -H "Authorization: Bearer $WWC_TOKEN" "{HERE}/api/v1/assessments/"
""",
    f"""\
import json, os, urllib.request


def read(address):
    request = urllib.request.Request(address, headers={{"Authorization": "Bearer " + os.environ["WWC_TOKEN"]}})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


for assessment in read("{HERE}/api/v1/assessments/")["results"]:
    draft = read(assessment["draft_score"])
    print(assessment["cycle"], assessment["city"], draft["points"], "of", draft["possible"])
""",
)
ERRORS = Recipe(
    "errors",
    _("Meet an error"),
    _("An error says what happened, which parameter is wrong, and what to do."),
    f"""\
curl --silent "{HERE}/api/v1/awards/?tier=bronze"
""",
    f"""\
import json, urllib.error, urllib.request

try:
    urllib.request.urlopen("{HERE}/api/v1/awards/?tier=bronze")
except urllib.error.HTTPError as error:
    problem = json.load(error)
    print(problem["status"], problem["field"], problem["detail"], problem["remedy"])
""",
)
ALL = (FIND, TABLE, FOLLOW, UNCHANGED, FIGURES, FILES, OWN, ERRORS)


def here() -> list[Recipe]:
    """All of them for this site."""
    return [recipe.at(settings.SITE_URL) for recipe in ALL]
