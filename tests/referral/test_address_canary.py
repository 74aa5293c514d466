"""Where a protected house stands is planted, then everything that anybody can open is read by everybody.

It is found on the one page of the one escort, while it is released, and nowhere else.
"""

import io
import logging
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core import mail
from django.db import connections
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from audit.models import Event
from tests import canary
from tests import cast as c
from tests.addresses import ACCESS, PEOPLE, Row
from tests.contents import log_holds
from tests.journeys.steps import FULL
from tests.referral.pages import bare, press, sign_in
from tests.referral.test_exports import ask, decide, fetch
from tests.working import work
from tests.world import World, make_world

# Committed: see tests/test_access.py.
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])

#: Three ways to leak it: whole, its street, its landmark.
PLANTED = ["4477 impasse Zeugmatique, Villa Canari-Baobab", "Zeugmatique", "Canari-Baobab"]
#: Nearest to it: the owner who is the escort, the desk of the house, coordination. What they open is read by each of
#: them; of the others only what none of these opens. The long version reads everything as everybody.
NEAREST = ("aissatou", "codou", "ibrahima")
UNKNOWN = "00000000-0000-4000-8000-00000000abcd"


@contextmanager
def hours_later(hours: float) -> Iterator[None]:
    """Outside a transaction the clock of the database goes on for the session of the connection."""
    _shift(f"{hours} hours")
    try:
        yield
    finally:
        _shift("")


def _shift(offset: str) -> None:
    for alias in ("default", "audit"):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT set_config('relais.clock_offset', %s, false)", [offset])


def texts(answer: Any) -> Iterator[bytes]:
    """An answer as it leaves, and what its reader sees of it: a PDF unpacked, a workbook or document unzipped."""
    body = b"".join(answer) if answer.streaming else answer.content
    yield "\n".join(f"{name}: {value}" for name, value in answer.items()).encode() + body
    if body.startswith(b"%PDF"):
        reader = PdfReader(io.BytesIO(body))
        yield f"{reader.metadata}".encode() + "".join(page.extract_text() for page in reader.pages).encode()
    elif body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            yield b"\n".join(parts.read(name) for name in parts.namelist())


def found_in(answer: Any) -> list[str]:
    return [secret for text in texts(answer) for secret in canary.found(PLANTED, text)]


def planted(cast: c.Cast) -> World:
    """Typed by the centre itself, with a slip first: what is typed must not come back, nor be kept."""
    client = sign_in(cast.codou)
    site_url = reverse("site-edit", args=[cast.girls.site_id])
    refused = press(client, site_url, address=PLANTED[0], name="")
    assert refused.status_code == 200
    answer = press(client, site_url, address=PLANTED[0])
    assert answer.status_code == 302
    return make_world(cast)


def walked(world: World, who: str) -> tuple[int, dict[str, list[str]]]:
    """How many addresses this person opened, and on which of them something was found."""
    client, opened, leaks = sign_in(world.cast.people[who]), 0, {}
    for name, row in ACCESS.items():
        if "GET" not in row.methods or name == "account_logout" or not (FULL or _read_by(row, who)):
            continue
        answer = client.get(row.address(name, world))
        opened += answer.status_code == 200
        if found := found_in(answer):
            leaks[name] = found
    return opened, leaks


def _read_by(row: Row, who: str) -> bool:
    """In the short version; what is refused says so in the same words to everybody."""
    nearer = who not in NEAREST and any(row.expected(each) == 200 for each in NEAREST)
    return row.expected(who) == 200 and not nearer


def test_the_address_is_read_by_the_escort_for_one_trip_and_found_nowhere_else(
    transactional_cast: c.Cast, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    cast = transactional_cast
    world = planted(cast)
    released = world.trip.releases.get()

    read = {who: walked(world, who) for who in PEOPLE}
    assert {who: leaks for who, (_opened, leaks) in read.items() if leaks} == {}
    assert sum(opened for opened, _leaks in read.values()) > 250

    export = ask(cast.aissatou, "template")
    assert decide(cast.bineta, export).status_code == 302
    work()
    file = fetch(cast.aissatou, export)
    assert (file.status_code, found_in(file)) == (200, [])

    url = reverse("trip_address", args=[world.trip.pk])
    shown = sign_in(cast.aissatou).post(url)
    assert "no-store" in shown["Cache-Control"]
    assert {*found_in(shown)} == {*PLANTED}, "the escort reads it: the search does find it"
    for who in PEOPLE:
        if who != "aissatou":
            assert sign_in(cast.people[who]).post(url).status_code == 404, who
    looks = Event.objects.using("audit").filter(verb="reveal", object_type="partners.site", outcome="ok")
    assert sorted(looks.values_list("actor_id", "scope")) == sorted(
        [(cast.codou.pk, ""), (cast.aissatou.pk, "escort")]
    )
    with hours_later(4.1):
        assert [gone(sign_in(cast.aissatou), url, method) for method in ("get", "post")] == [True, True]

    work()
    told = [f"{message.subject}\n{message.body}\n{message.message()}" for message in mail.outbox]
    assert len(told) > 10
    assert canary.found(PLANTED, "\n".join(told).encode()) == []
    assert log_holds(caplog, PLANTED) == []
    assert canary.found([*PLANTED, str(released.pk)], canary.database()) == [str(released.pk)]


def gone(client: Client, url: str, method: str) -> bool:
    """Is it answered as an address that never was?"""
    bodies = []
    for address in (url, reverse("trip_address", args=[UNKNOWN])):
        answer = getattr(client, method)(address)
        assert answer.status_code == 404
        bodies.append(bare(answer, address))
    return bodies[0] == bodies[1]
