"""Who may open which address? A row for each, walked against everybody of the cast; an address without a row fails."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from audit.models import Event
from audit.rows import write
from config.middleware import BEFORE_UNDERTAKING
from partners.enums import OrganisationStatus
from partners.models import Organisation, User
from referral.enums import Action
from tests import canary
from tests import cast as c
from tests.addresses import ACCESS, PEOPLE, STRANGERS, Row
from tests.journeys.steps import FULL
from tests.referral.pages import session_of
from tests.world import World, make_world

# Committed: a walk through a thousand pages would leave one of the two connections idle in its transaction too long.
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])


@pytest.fixture
def world(transactional_cast: c.Cast) -> World:
    return make_world(transactional_cast)


def addresses(patterns: list[Any] | None = None) -> Iterator[URLPattern]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns)
        else:
            yield pattern


def names() -> set[str]:
    return {str(pattern.name) for pattern in addresses()}


def browser(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(user)
    return client


def ask(client: Client, row: Row, url: str) -> Any:
    return client.get(url) if "GET" in row.methods else client.post(url, {"typed": "x"})


def asked_of(people: list[str], alike: Callable[[str, Row], bool]) -> dict[str, set[str]]:
    """The addresses for which each asks where several are answered alike: in the short version one of them, in turn."""
    asked: dict[str, set[str]] = {who: set() for who in people}
    for number, (name, row) in enumerate(ACCESS.items()):
        found = [who for who in people if alike(who, row)]
        for who in found if FULL else found[number % max(len(found), 1) :][:1]:
            asked[who].add(name)
    return asked


def is_refused(who: str, row: Row) -> bool:
    return row.expected(who) in (403, 404)


def is_stranger(who: str, row: Row) -> bool:
    return bool(row.about) and row.expected(who) == 404 and who not in row.holds.split()


def denials(user: User) -> int:
    return Event.objects.using("audit").filter(actor_id=user.pk, outcome="denied").count()


def test_every_address_has_its_row() -> None:
    rows = {name.partition(":")[0] for name in ACCESS}
    assert names() ^ rows == set()
    assert {name.partition(":")[2] for name in ACCESS if ":" in name} == {*Action} - {Action.EXPIRE}
    assert Counter(pattern.name for pattern in addresses()).most_common(1)[0][1] == 1, "a name is used twice"


def test_the_first_page_leads_to_the_cards_whoever_may_find_by_one(cast: c.Cast) -> None:
    for who in PEOPLE:
        body = browser(cast.people[who]).get(reverse("home")).content.decode()
        assert (f'href="{reverse("cards")}"' in body) == (ACCESS["cards"].expected(who) == 200), who


@pytest.mark.parametrize("people", [PEOPLE[:6], PEOPLE[6:]], ids=" ".join)
def test_everybody_is_answered_as_the_table_says_and_each_refusal_leaves_an_event(
    world: World, people: list[str]
) -> None:
    """Whoever may open an address asks for it; of those who may not, see `asked_of`."""
    wrong, silent, shown = {}, set(), set()
    for who, refused in asked_of(people, is_refused).items():
        user = world.cast.people[who]
        client, seen = browser(user), 0
        for name, row in ACCESS.items():
            if is_refused(who, row) and name not in refused:
                continue
            answer = ask(client, row, row.address(name, world))
            status = answer.status_code
            if canary.planted(b"".join(answer) if answer.streaming else answer.content):
                shown.add((who, name))
            if status != row.expected(who):
                wrong[who, name] = (status, row.expected(who))
            if status in (403, 404):
                seen, before = denials(user), seen
                if seen != before + 1:
                    silent.add((who, name))
    assert wrong == {}
    assert silent == set()
    for who, why in canary.READS_NOTHING_SEALED.items():
        found = {name for reader, name in shown if reader == who}
        assert found - canary.WRITTEN_FOR.get(who, set()) == set(), why
    # The same walk finds it with those who may: it was there.
    assert shown


def test_whoever_is_not_signed_in_is_sent_to_sign_in(cast: c.Cast) -> None:
    client, wrong = Client(raise_request_exception=False), {}
    for name, row in ACCESS.items():
        answer = ask(client, row, row.address(name, None, uuid4()))
        asked_to_sign_in = answer.get("Location", "").startswith(f"{reverse('account_login')}?next=")
        if (answer.status_code, asked_to_sign_in) != (
            (302, True) if row.anonymous is None else (row.anonymous, False)
        ):
            wrong[name] = (answer.status_code, answer.get("Location"))
    assert wrong == {}


def test_what_one_may_not_see_looks_like_what_does_not_exist(world: World) -> None:
    """Same status, same body, as many queries: neither words nor time tell that there is such a row."""
    told = {}
    for who, asked in asked_of(STRANGERS.split(), is_stranger).items():
        client = browser(world.cast.people[who])
        client.get("/")  # the first page also writes when the session began
        for name in asked:
            row = ACCESS[name]
            pk = getattr(world, row.about).pk
            hidden, nothing = (look_at(client, row, name, world, each) for each in (pk, uuid4()))
            if hidden != nothing:
                told[who, name] = (hidden, nothing)
    assert told == {}


#: Read or written by the clock and not because of the row: the last activity, the words of the lists.
BY_THE_CLOCK = ("django_session", "partners_code")


def look_at(client: Client, row: Row, name: str, world: World, pk: UUID) -> tuple[int, str, int]:
    with (
        CaptureQueriesContext(connections["default"]) as business,
        CaptureQueriesContext(connections["audit"]) as audit,
    ):
        answer = ask(client, row, row.address(name, world, pk))
    body = answer.content.decode().replace(str(pk), "…")
    return (
        answer.status_code,
        re.sub(r'(csrfmiddlewaretoken" value=)"\w+"', r"\1", body),
        sum(not any(table in query["sql"] for table in BY_THE_CLOCK) for query in (*business, *audit)),
    )


def test_what_one_may_not_do_to_an_address_is_405_before_anything_is_read(cast: c.Cast) -> None:
    wrong, client = {}, browser(cast.aissatou)
    for name, row in ACCESS.items():
        if name.startswith("account_"):
            continue  # allauth's own: it answers PUT as it does POST
        url = row.address(name, None, uuid4())
        refused = [client.put, client.delete, *([] if "GET" in row.methods else [client.get])]
        refused += [] if "POST" in row.methods else [client.post]
        statuses = [asking(url).status_code for asking in refused]
        if {*statuses} != {405}:
            wrong[name] = statuses
    assert wrong == {}


def test_nobody_passes_before_the_undertaking(cast: c.Cast) -> None:
    newcomer = User.objects.get(pk=cast.aissatou.pk)
    with c.acting(), transaction.atomic():
        newcomer.undertaking_accepted_at = None
        write(newcomer, fields=["undertaking_accepted_at"])
    client, wrong = browser(newcomer), {}
    assert client.get(reverse("undertaking")).status_code == 200
    for name, row in ACCESS.items():
        answer = ask(client, row, row.address(name, None, uuid4()))
        stopped = (answer.status_code, answer.get("Location")) == (302, reverse("undertaking"))
        if stopped == (name in BEFORE_UNDERTAKING):
            wrong[name] = (answer.status_code, answer.get("Location"))
    assert wrong == {}


def test_people_of_a_suspended_organisation_are_signed_out(cast: c.Cast) -> None:
    with c.acting(), transaction.atomic():
        centre = Organisation.objects.get(pk=cast.centre.pk)
        centre.status = OrganisationStatus.SUSPENDED
        write(centre, fields=["status"])
    wrong = {}
    for name in ACCESS.keys() - BEFORE_UNDERTAKING:
        client, row = browser(cast.codou), ACCESS[name]
        answer = ask(client, row, row.address(name, None, uuid4()))
        signed_out = "_auth_user_id" not in client.session
        if (answer.status_code, answer.get("Location"), signed_out) != (302, reverse("account_login"), True):
            wrong[name] = (answer.status_code, answer.get("Location"), signed_out)
    assert wrong == {}
