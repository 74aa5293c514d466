"""Broken data, no key, no database: the page says so, shows nothing, changes nothing, and loses nothing typed."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as conf
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode
from psycopg import sql

from audit.models import Event
from config.connections import ALIASES, administrator
from crypto.models import DataKey
from partners.models import User
from referral.models import Case, CustodyTitle, Preview, Referral, Snapshot
from tests import canary
from tests import cast as c
from tests.contents import log_holds, nothing_changes
from tests.database.pristine import EMBEDDED
from tests.referral.pages import act_url, values_of
from tests.referral.story import form_of, fr
from tests.world import of_case

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])

SECRETS = [*c.SECRETS.values(), "Nom Canari", "motif canari"]


@pytest.fixture(autouse=True)
def the_log_holds_no_datum(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert log_holds(caplog, SECRETS) == []


@pytest.fixture
def cast(transactional_cast: c.Cast) -> c.Cast:
    return transactional_cast


def browser(user: User, *, careful: bool = False) -> Client:
    """Args: careful: the token of each form is asked for, as in production."""
    client = Client(raise_request_exception=False, enforce_csrf_checks=careful)
    client.force_login(User.objects.get(pk=user.pk))
    return client


# --- What is stored is not what was sealed ------------------------------------------------------------------
@contextmanager
def owner(table: str) -> Iterator[Any]:
    """The database as its owner reaches it, past the triggers that keep the application honest."""
    database = connections.settings["default"]
    with administrator(database, embedded=EMBEDDED, dbname=database["NAME"]) as connection:
        connection.execute("SET ROLE relais_owner")
        connection.execute("SET lock_timeout = '5s'")
        name = sql.Identifier(table)
        connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(name))
        yield connection
        connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(name))


def flip(row: Any, column: str, at: int = 40) -> None:
    table = row._meta.db_table
    with owner(table) as connection:
        change = sql.SQL(
            "UPDATE {0} SET {1} = set_byte({1}, %(at)s, get_byte({1}, %(at)s) # 1) WHERE id = %(pk)s"
        )
        query = change.format(sql.Identifier(table), sql.Identifier(column))
        assert connection.execute(query, {"at": at, "pk": row.pk}).rowcount == 1


def exchange(one: Any, other: Any, column: str) -> None:
    """Puts the sealed value of one row into another."""
    table = one._meta.db_table
    with owner(table) as connection:
        query = sql.SQL("UPDATE {0} SET {1} = (SELECT {1} FROM {0} WHERE id = %s) WHERE id = %s").format(
            sql.Identifier(table), sql.Identifier(column)
        )
        assert connection.execute(query, [one.pk, other.pk]).rowcount == 1


def says_that_it_cannot_be_read(answer: Any, user: User) -> None:
    assert answer.status_code == 500
    body = answer.content.decode()
    assert fr("This cannot be read") in body
    assert canary.found(SECRETS, answer.content) == []
    assert Event.objects.filter(actor_id=user.pk, outcome="denied", reason_code="UNREADABLE").exists()


def reveal(case: Case, *groups: str) -> Callable[[Client], Any]:
    return lambda client: client.post(
        reverse("case_reveal", args=[case.pk]), {"groups": list(groups), "reason": "care"}
    )


def get(name: str, *arguments: Any, query: str = "") -> Callable[[Client], Any]:
    return lambda client: client.get(reverse(name, args=arguments) + query)


@pytest.mark.parametrize(
    "byte", [0, 2, 5, 25, 40], ids=["magic", "algorithm", "key id", "nonce", "ciphertext"]
)
def test_a_changed_value_is_not_shown(cast: c.Cast, byte: int) -> None:
    case = c.open_case(cast)
    flip(case.person, "narrative", byte)
    client = browser(cast.aissatou)
    with nothing_changes():
        says_that_it_cannot_be_read(reveal(case, "narrative")(client), cast.aissatou)
        says_that_it_cannot_be_read(get("case_edit", case.pk, query="?part=narrative")(client), cast.aissatou)
    # What was not touched can still be worked with.
    assert client.get(reverse("case", args=[case.pk])).status_code == 200
    assert "santé canari" in reveal(case, "health")(client).content.decode()


@pytest.mark.parametrize("name", ["languages", "preview", "snapshot", "title", "key", "exchanged"])
def test_no_page_shows_what_does_not_open(cast: c.Cast, name: str) -> None:
    if name in ("preview", "snapshot"):
        referral = c.accepted(cast) if name == "snapshot" else c.sent(cast)
        row: Any = Snapshot.objects.get() if name == "snapshot" else Preview.objects.get()
        flip(row, "payload" if name == "snapshot" else "details")
        user = cast.codou
        pages = [get("referral_shared" if name == "snapshot" else "referral", referral.pk)]
    else:
        case = c.open_case(cast)
        user, pages = cast.aissatou, [reveal(case, "narrative", "identity")]
    if name == "languages":
        flip(case.person, "languages")
        pages = [get("case", case.pk)]
    if name == "title":
        of_case(cast, case)
        title = CustodyTitle.objects.get()
        flip(title, "name_on_order")
        user, pages = cast.habib, [get("title_confirm", title.pk)]
    if name == "key":
        flip(DataKey.objects.get(scope_id=case.pk), "wrapped", 20)
        pages.append(get("case", case.pk))
    if name == "exchanged":
        exchange(c.open_case(cast, narrative="récit canari d’une autre").person, case.person, "narrative")
    with nothing_changes():
        for page in pages:
            says_that_it_cannot_be_read(page(browser(user)), user)


def test_one_damaged_preview_does_not_close_the_inbox(cast: c.Cast) -> None:
    damaged, whole = c.sent(cast), c.sent(cast)
    flip(Preview.objects.get(referral=damaged), "details")
    rows = {row["url"]: row["note"] for row in browser(cast.codou).get(reverse("inbox")).context["rows"]}
    assert rows[reverse("referral", args=[damaged.pk])] == fr("This cannot be read")
    assert "Wolof" in rows[reverse("referral", args=[whole.pk])]


def test_nobody_sends_what_does_not_open(cast: c.Cast) -> None:
    """The snapshot would hold it: nothing leaves."""
    case = c.open_case(cast)
    c.agree(cast, case, cast.centre)
    draft = c.drafted(cast, case)
    typed = values_of(browser(cast.aissatou).get(act_url(draft, "send")).context["form"])
    flip(case.person, "health")
    with nothing_changes():
        answer = browser(cast.aissatou).post(act_url(draft, "send"), typed)
    says_that_it_cannot_be_read(answer, cast.aissatou)
    assert Referral.objects.get(pk=draft.pk).state == "draft"


# --- The service is paused ----------------------------------------------------------------------------------
@contextmanager
def no_key() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conf, "RELAIS_KEY_FILE", Path("/nowhere/kek.json"))
        yield


@contextmanager
def no_database(*aliases: str) -> Iterator[None]:
    """Nobody answers at the port any more."""
    with pytest.MonkeyPatch.context() as patch:
        for alias in aliases or ALIASES:
            connections[alias].close()
            patch.setitem(connections[alias].settings_dict, "HOST", "127.0.0.1")
            patch.setitem(connections[alias].settings_dict, "PORT", "1")
        yield
    for alias in ALIASES:
        connections[alias].close()


@contextmanager
def cut_off() -> Iterator[None]:
    """The server ends our sessions: at a restart, or by the hand of an administrator."""
    database = connections.settings["default"]
    with administrator(database, embedded=EMBEDDED, dbname=database["NAME"]) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
            "pg_backend_pid()"
        )
    yield
    for alias in ALIASES:
        connections[alias].close()  # as the next request does in production


OUTAGES = {"no key": no_key, "no database": no_database, "cut off": cut_off}


def new_case(cast: c.Cast) -> tuple[User, str, dict[str, Any]]:
    return cast.aissatou, reverse("case_new_page"), form_of(c.GIRL) | {"region": cast.region.code}


def conversation(cast: c.Cast) -> tuple[User, str, dict[str, Any]]:
    """Its address says about whom is asked: without it the answers would mean nothing."""
    case = c.open_case(cast)
    to = urlencode({"to": f"{cast.centre.pk}:SHELTER_EMERG", "ask": "1"})
    cells = {f"cell_{cast.centre.pk.hex}_services_{group}": "yes" for group in c.EVERY_GROUP}
    told = {"explained": "on", "language": "wol", "witness": "Témoin Canari"}
    return cast.aissatou, f"{reverse('consent', args=[case.pk])}?{to}", cells | told


def correction(cast: c.Cast) -> tuple[User, str, dict[str, Any]]:
    case = c.open_case(cast)
    return (
        cast.aissatou,
        f"{reverse('case_edit', args=[case.pk])}?part=health",
        {"health": "mieux, santé canari"},
    )


def message(cast: c.Cast) -> tuple[User, str, dict[str, Any]]:
    return cast.codou, act_url(c.accepted(cast), "write"), {"body": "besoin canari, à midi"}


FIELD = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


def fields_of(answer: Any) -> dict[str, list[str]]:
    """The form that gives back what was sent, as a browser would send it again."""
    form = re.search(
        r'<main.*?<form method="post" action="([^"]*)">(.*?)</form>', answer.content.decode(), re.S
    )
    assert form is not None
    found: dict[str, list[str]] = {"": [unescape(form[1])]}
    for name, value in FIELD.findall(form[2]):
        found.setdefault(unescape(name), []).append(unescape(value))
    return found


@pytest.mark.parametrize("make", [new_case, conversation, correction, message])
@pytest.mark.parametrize("outage", list(OUTAGES))
def test_what_was_sent_comes_back_and_acts_once_afterwards(cast: c.Cast, outage: str, make: Any) -> None:
    user, url, typed = make(cast)
    client = browser(user, careful=True)
    page = client.get(url)
    token = page.context["csrf_token"]
    sent = values_of(page.context["form"]) | typed | {"csrfmiddlewaretoken": str(token)}
    with nothing_changes():
        with OUTAGES[outage]():
            answer = client.post(url, sent)
        assert answer.status_code == 503
        assert fr("The service is paused") in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
    back = fields_of(answer)
    assert back.pop("") == [url]
    assert str(token) not in answer.content.decode()  # the page brings its own
    assert len(back.pop("csrfmiddlewaretoken")) == 1
    flat = {name: values if isinstance(values, list) else [str(values)] for name, values in sent.items()}
    assert back == {
        name: [str(v) for v in values] for name, values in flat.items() if name != "csrfmiddlewaretoken"
    }

    again = back | {"csrfmiddlewaretoken": fields_of(answer)["csrfmiddlewaretoken"]}
    first = client.post(url, again)
    assert first.status_code == 302
    with nothing_changes():
        second = client.post(url, again)
    assert (second.status_code, second["Location"]) == (302, first["Location"])


@pytest.mark.parametrize("outage", list(OUTAGES))
def test_a_page_that_is_only_read_says_that_the_service_is_paused(cast: c.Cast, outage: str) -> None:
    case = c.open_case(cast)
    client = browser(cast.aissatou)
    with OUTAGES[outage]():
        answer = client.get(reverse("case", args=[case.pk]))
    assert answer.status_code == 503
    assert canary.found([*SECRETS, case.reference, "Aissatou"], answer.content) == []
    assert "<form" not in answer.content.decode().split("<main")[1].split("</main>")[0]
    assert client.get(reverse("case", args=[case.pk])).status_code == 200


@pytest.mark.parametrize("outage", list(OUTAGES))
def test_a_password_is_never_given_back(cast: c.Cast, outage: str) -> None:
    with OUTAGES[outage]():
        for url in (reverse("account_login"), reverse("invitation", args=["x" * 43])):
            typed = {"login": "a@b.sn", "password": "santé canari", "again": "santé canari"}
            answer = Client(raise_request_exception=False).post(url, typed)
            assert canary.found(["santé canari"], answer.content) == []
            assert outage == "no key" or answer.status_code == 503


def test_no_event_no_data_shown(cast: c.Cast) -> None:
    """The looks of a page go over a connection of their own: while it is away nothing sealed is shown."""
    shared = reverse("referral_shared", args=[c.accepted(cast).pk])
    with no_database("audit"):
        answer = browser(cast.codou).get(shared)
    assert answer.status_code == 503
    assert canary.found(SECRETS, answer.content) == []
    assert "santé canari" in browser(cast.codou).get(shared).content.decode()


def test_an_act_whose_answer_was_lost_is_not_done_twice(cast: c.Cast) -> None:
    """It was committed, then the page could not be shown: what comes back may be sent again without harm."""
    referral = c.sent(cast)
    client = browser(cast.codou)
    url = act_url(referral, "accept")
    sent = values_of(client.get(url).context["form"]) | {"conflict": "no"}
    with no_database("audit"):
        answer = client.post(url, sent)
    assert answer.status_code == 503
    back = fields_of(answer)
    assert back.pop("") == [url]
    assert client.post(url, back)["Location"] == reverse("referral", args=[referral.pk])
    assert referral.transitions.filter(action="accept").count() == 1
    assert referral.placements.count() == 1


def test_sign_in_and_lists_without_anything_sealed_go_on_without_the_key(cast: c.Cast) -> None:
    with no_key():
        assert Client().get(reverse("account_login")).status_code == 200
        for page in ("home", "notices", "directory"):
            assert browser(cast.codou).get(reverse(page)).status_code == 200
        assert browser(cast.codou).get(reverse("health-ready")).status_code == 503
