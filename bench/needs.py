"""In the product's process: a directory of 1,000 services, and the page of routing for 200 persons. For `worker`."""

from random import Random
from statistics import median
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import transaction

from audit import clock, sitting
from audit.rows import write
from bench.pages import TOKEN, Page, counting, own_queries, signed_in
from crypto import keyring
from partners.enums import PersonGroup
from partners.models import Organisation, Places, Region, Service, Site, User
from partners.services.organisations import Particulars, found_organisation
from referral.avoiding import Avoided, What, Why, stored
from referral.models import Case, CaseGrant, NoGoList
from referral.seeding.organisations import KINDS, OFFERS

SERVICES, NEEDS, WARM = 1_000, 200, 8
SERVICE, URGENCY = "SHELTER_EMERG", "urgent"
WORKER = "worker1@seed.relais.example"


def filled() -> None:
    with keyring.opened(), sitting.opened(sitting.SYSTEM), transaction.atomic():
        offer()
        avoid(cases()[::2])


def cases() -> list[Case]:
    """Of one worker, in one order."""
    grants = CaseGrant.objects.filter(user__email=WORKER).select_related("content_object").order_by("pk")
    return [grant.content_object for grant in grants[: NEEDS + WARM]]


def measured(pages: Any) -> dict[str, Any]:
    """Args: pages: `worker.Pages`, which counts what a page costs."""
    worker = User.objects.get(email=WORKER)
    # A browser has both: without the second each page would draw a new secret.
    cookie = f"{signed_in(worker, 'partners.backends.Backend')}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
    query = urlencode({"service": SERVICE, "urgency": URGENCY})
    asked = [Page(WSGIHandler(), f"/cases/{case.pk}/refer/?{query}", cookie) for case in cases()]
    for page in asked[NEEDS:]:
        page.serve()
    costs = [(pages.cost(pages.floor), pages.cost(page)) for page in asked[:NEEDS]]
    floor, routing = (median(each) for each in zip(*costs, strict=True))
    counts = [queries(page) for page in asked[:NEEDS]]
    return {
        "services": Service.objects.filter(active=True).count(),
        "offered": Service.objects.filter(active=True, code=SERVICE).count(),
        "needs": len(costs),
        "queries": [min(counts), max(counts)],
        "floor": floor,
        "page": routing,
        "ratio": median(page / plain for plain, page in costs),
    }


def queries(page: Page) -> int:
    with counting() as statements:
        page.serve()
    return own_queries(statements)


def offer() -> None:
    """Organisations until the directory has `SERVICES`; whoever lodges counts places, some full, some long ago."""
    random, regions = Random(2005), list(Region.objects.order_by("code"))
    number = 0
    while (missing := SERVICES - Service.objects.filter(active=True).count()) > 0:
        number += 1
        particulars = Particulars(
            name=f"Centre {number}", kind=KINDS[number % len(KINDS)], region=regions[number % len(regions)]
        )
        organisation = found_organisation(particulars)
        for code in random.sample(OFFERS, min(4, missing)):
            write(Service(organisation=organisation, code=code, languages=["wol"]))
    lodging = Organisation.objects.filter(services__code=SERVICE, services__active=True)
    for house, organisation in enumerate(lodging.order_by("pk")):
        site = Site(organisation=organisation, name="Maison", region_id=organisation.region_id)
        write(site)
        for group in (PersonGroup.WOMEN, PersonGroup.GIRLS, PersonGroup.BOYS, PersonGroup.MEN):
            places = Places(site=site, group=group, capacity=house % 4, confirmed_at=clock.now())
            write(places)


def avoid(cases: list[Case]) -> None:
    """Every second person does not want to go somewhere."""
    key = str(Organisation.objects.order_by("pk").values_list("pk", flat=True)[0])
    for case in cases:
        entries = stored([Avoided(What.ORGANISATION, key, Why.REFUSED)])
        write(NoGoList(case=case, entries=entries), case_id=case.pk)
