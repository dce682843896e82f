"""Every count on the board equals the rows behind its link, for each person, in worlds of all kinds."""

import re
from datetime import timedelta
from html import unescape
from random import Random

import pytest

from assessments.lifecycle import Asked
from assessments.models import Answer, Clarification
from reviews.models import Assignment
from reviews.queries import verdicts
from tests.factories import people
from tests.factories import reviews as make
from wwc.outbox.models import Letter, Work

NOW = make.NOW
CITIES = ("Alder Reach", "Port Lindell", "Quillon", "Marrow Bay")
LINK = re.compile(r'<a href="([^"]+)"[^>]*data-count="(\d+)"')
ROW = re.compile(r'<tr[^>]*><th scope="row">')


def world(seed):
    """A cycle in which anything may have happened, drawn by the seed: readings, verdicts, questions, replies, late dates, letters, work."""
    draw, cycle = Random(seed), make.cycle()
    cities = [make.submitted(name, cycle, B2="not_met") for name in CITIES]
    readers = [make.reader(cycle, f"reader-{number}") for number in range(3)]
    for case in cities[:-1]:
        for answer in Answer.objects.filter(assessment=case).select_related("assessment", "criterion", "current"):
            _read(answer, readers, draw)
    for case in draw.sample(cities, 2):
        city = {"kind": "received", "address": "a@example.org", "subject": "Received", "body": "", "written_at": NOW, "due_at": NOW}
        Letter.objects.create(key=f"x{case.pk}", failed_at=NOW, city_id=case.city_id, **city)
        Work.objects.create(key=f"w{case.pk}", kind="score_assessment", args={}, city_id=case.city_id, asked_at=NOW, due_at=NOW)
    return cycle, cities


def _read(answer, readers, draw):
    """What may happen to one answer."""
    given = [
        make.assign(answer, reader, slot)
        for reader, slot in zip(draw.sample(readers, draw.randrange(3)), ("first", "second"), strict=False)
    ]
    if draw.random() < 0.3:
        Assignment.objects.filter(answer=answer).update(due_at=NOW - timedelta(days=300))
    for reading in given:
        if draw.random() < 0.7:
            make.find(reading, draw.choice(["met", "not_met", "met", "cannot_judge"]), rationale="Seen.")
    if given and draw.random() < 0.3:
        at = {"asked_at": NOW, "sent_at": NOW, "due_at": NOW - timedelta(days=draw.choice([-3000, 3]))}
        by, status = given[0].member.person, draw.choice([Asked.SENT, Asked.ANSWERED])
        Clarification.objects.create(answer=answer, text="Why?", status=status, asked_by=by, sent_by=by, **at)
        if status == Asked.ANSWERED:
            make.version(answer)
    if verdicts.state_of(answer) == "agreed" and draw.random() < 0.5:
        make.resolving.agree(answer, by=make.person("staff"), at=NOW)


def rows_behind(client, address):
    """How many rows there are on all pages of a list."""
    total, page = 0, unescape(address)
    while page:
        text = client.get(page).content.decode()
        total += len(ROW.findall(text))
        more = re.search(r'<a href="(\?[^"]+)" rel="next">', text)
        page = address.split("?")[0] + unescape(more[1]) if more else ""
    return total


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.heavy) for seed in range(1, 9))])
def test_every_count_equals_the_rows_behind_its_link(client_of, db, seed):
    cycle, cities = world(seed)
    closed = cities[seed % 3].city
    conflicted = people.person("in-conflict", is_staff=True)
    make.declaring.declare(cycle, city=closed, state="declared", reason="Worked there.", by=conflicted, at=NOW)
    walked = {}
    for person in (make.person("staff"), people.person("director", is_director=True), conflicted):
        client, person_walked = client_of(person), {}
        board = client.get("/reviews/board/c26/").content.decode()
        for address, count in LINK.findall(board):
            behind = rows_behind(client, address)
            assert behind == int(count), (person, address)
            person_walked[address] = behind
        assert len(person_walked) >= 25, "the links are found"
        _map_equals_its_rows(client, board)
        walked[person.email] = person_walked
    staff, without = walked["staff@example.org"], walked[conflicted.email]
    assert staff == walked["director@example.org"]
    assert sum(staff.values()) > sum(without.values())


def _map_equals_its_rows(client, board):
    """Each place of the map says how many of how many are settled; so does the list it leads to."""
    cells = re.findall(r'<a href="(/reviews/settling/\d+/)#area-(\w+)" aria-label="[^"]*: (\d+) of (\d+) settled', board)
    assert cells
    pages = {address: client.get(address).content.decode() for address, *_rest in cells}
    for address, area, done, of in cells:
        section = re.search(rf'<section id="area-{area}".*?</section>', pages[address], re.DOTALL)[0]
        verdicts_there = len(re.findall(r'data-l="Verdict"><span', section))
        assert (len(ROW.findall(section)), verdicts_there) == (int(of), int(done)), (address, area)


def test_a_closed_city_is_behind_no_link(client_of, db):
    cycle, cities = world(1)
    conflicted = people.person("in-conflict", is_staff=True)
    make.declaring.declare(cycle, city=cities[0].city, state="declared", reason="Worked there.", by=conflicted, at=NOW)
    client = client_of(conflicted)
    board = client.get("/reviews/board/c26/").content.decode()
    pages = [board, *(client.get(unescape(address)).content.decode() for address, _count in LINK.findall(board))]
    assert not any("Alder Reach" in page for page in pages)
    control = client_of(make.person("staff")).get("/reviews/board/c26/").content.decode()
    assert "Alder Reach" in control
