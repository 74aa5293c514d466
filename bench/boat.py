"""In the product's process: an arrival of eighty children on a ground, its check page, its sending. For `worker`."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

from audit import clock, sitting
from audit import services as audit
from bench.pages import TOKEN, Page, counting, own_queries, signed_in
from crypto import keyring
from partners.actor import Actor
from partners.enums import CHILD_PROTECTION_KINDS
from partners.models import Organisation, Region, User
from partners.queries import actor_of
from referral.models import Arrival, GroupReferral
from referral.queries.arrivals import members_of
from referral.services import arrivals, group_sending
from referral.services.sending import Asked

FEW, PERSONS = 10, 80
ROUNDS = 5
SERVICE, URGENCY = "SHELTER_EMERG", "urgent"
CHILD = {"sex": "female", "age_status": "child", "age_band": "9-13"}
ANSWERS = {"safety": "Loin du quai", "view": "Elles veulent dormir", "guardian": "Personne n’a été évalué"}


def measured() -> dict[str, Any]:
    worker = User.objects.get(email="worker1@seed.relais.example")
    centre = Organisation.objects.filter(
        kind__in=CHILD_PROTECTION_KINDS, services__code=SERVICE, services__active=True
    ).first()
    assert centre is not None
    with acting(worker) as by:
        arrival = arrived(by, Asked(centre, SERVICE, URGENCY))
    cookies = [
        signed_in(worker, "partners.backends.Backend"),
        f"{settings.CSRF_COOKIE_NAME}={TOKEN}",
    ]
    pages = {
        count: Page(WSGIHandler(), refer(arrival, centre, count), "; ".join(cookies))
        for count in (FEW, PERSONS)
    }
    checked = [{"persons": count, **check(page)} for count, page in pages.items()]
    return {"checked": checked, "sent": send(pages[PERSONS])}


@contextmanager
def acting(user: User) -> Iterator[Actor]:
    who = sitting.Who(actor_id=user.pk, organisation_id=user.organisation_id)
    with keyring.opened(), sitting.opened(who):
        yield actor_of(user)
        audit.flush()


def arrived(by: Actor, asked: Asked) -> Arrival:
    now = {"by": by, "at": clock.now()}
    region = Region.objects.order_by("code")[0]
    arrival = arrivals.open_arrival(
        **now, kind="rescue", region=region, department=None, occurred_at=clock.now(), counted=PERSONS
    )
    lines = [arrivals.Line(number, URGENCY, CHILD) for number in range(1, PERSONS + 1)]
    arrivals.enter_people(arrival.pk, **now, lines=lines)
    members = members_of(by, arrival)
    group_sending.record_grounds(
        members, **now, asked=asked, answers={member.number: ANSWERS for member in members}
    )
    return arrival


def refer(arrival: Arrival, centre: Organisation, count: int) -> str:
    query = {"service": SERVICE, "urgency": URGENCY, "to": centre.pk, "n": range(1, count + 1)}
    return f"/arrivals/{arrival.pk}/refer/?{urlencode(query, doseq=True)}"


def check(page: Page) -> dict[str, float]:
    page.serve()
    costs = []
    for _round in range(ROUNDS):
        with counting() as statements:
            began = time.perf_counter()
            page.serve()
            costs.append((time.perf_counter() - began, own_queries(statements)))
    seconds, queries = (median(values) for values in zip(*costs, strict=True))
    return {"seconds": seconds, "queries": int(queries)}


def send(page: Page) -> dict[str, float]:
    body = page.serve().decode()
    [version] = re.findall(r'name="version" value="(\d+)"', body)
    typed = urlencode({"csrfmiddlewaretoken": TOKEN, "key": uuid4(), "version": version}).encode()
    with counting() as statements:
        began = time.perf_counter()
        page.answer(typed, "302 Found")
        seconds = time.perf_counter() - began
    size = GroupReferral.objects.latest("sent_at").size
    return {"seconds": seconds, "persons": size, "queries": own_queries(statements)}
