"""One product process on one database: serves a page when told to, and says what it cost. Spoken to by `inbox`."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count, cycle
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.test.utils import CaptureQueriesContext, override_settings

from audit.work import at_work
from bench import boat, events, needs
from bench.floor import MIDDLEWARE
from bench.pages import TOKEN, Page, counting, own_queries, signed_in
from partners.models import User
from referral.models import ClockRound, Person
from referral.seeding.organisations import desk_address
from referral.services import clock
from referral.services.matching import identity_of


def main() -> None:
    pages, searches = Pages(), Searches()
    answers: dict[str, Callable[[], Any]] = {
        "floor": lambda: pages.cost(pages.floor),
        "inbox": lambda: pages.cost(pages.inbox),
        "facts": pages.facts,
        "round": clock_round,
        "spin": spin,
        "held": lambda: searches.ask(held=True),
        "free": lambda: searches.ask(held=False),
        "boat": boat.measured,
        "offers": needs.filled,
        "needs": lambda: needs.measured(pages),
        "tree": events.measured,
    }
    for line in sys.stdin:
        print(json.dumps(answers[line.strip()]()), flush=True)


def clock_round() -> dict[str, dict[str, float]]:
    """Of each rule of the clock: how long one pass took, its statements, and how many rows it acted on."""
    found = {}
    with at_work() as at:
        for rule in clock.RULES:
            statements: list[str] = []

            def counted(execute: Any, sql: str, *more: Any, seen: list[str] = statements) -> Any:
                seen.append(sql)
                return execute(sql, *more)

            with connections["default"].execute_wrapper(counted):
                began = time.perf_counter()
                acted = clock.run(rule, at)
                seconds = time.perf_counter() - began
            found[rule] = {"seconds": seconds, "statements": len(statements), "acted": acted}
    assert not ClockRound.objects.filter(failed__gt=0).exists()
    return found


def spin() -> None:
    """Works for a while without a database, as a measure of what any neighbour costs."""
    until = time.perf_counter() + 0.2
    while time.perf_counter() < until:
        pass


class Pages:
    def __init__(self) -> None:
        user = User.objects.get(email=desk_address(1))

        with override_settings(MIDDLEWARE=MIDDLEWARE):
            plain = WSGIHandler()
        self.floor = Page(plain, "/floor/", signed_in(user, "django.contrib.auth.backends.ModelBackend"))
        self.inbox = Page(WSGIHandler(), "/inbox/", signed_in(user, "partners.backends.Backend"))
        for page in (self.floor, self.inbox):
            page.serve()  # loads templates, codes and permissions
        self._backends = [Path(f"/proc/{pid}/schedstat") for pid in _backends()]

    def cost(self, page: Page) -> float:
        """CPU seconds of this process and of its database backends, for one page."""
        before = self._clock()
        page.serve()
        return self._clock() - before

    def _clock(self) -> float:
        return time.process_time() + sum(int(stat.read_text().split()[0]) for stat in self._backends) / 1e9

    def facts(self) -> dict[str, Any]:
        """Queries of the page, and the buffers that its list touches."""
        counts, listing = [], ""
        for _round in range(9):  # every half minute the process reads the code lists again
            with (
                CaptureQueriesContext(connections["default"]) as own,
                CaptureQueriesContext(connections["audit"]) as audit,
            ):
                body = self.inbox.serve()
                # The pool takes connections back, with their records, at the end of a request.
                queries = [query["sql"] for query in (*own.captured_queries, *audit.captured_queries)]
            counts.append(len(queries))
            listing = next(sql for sql in queries if "referral_referralgrant" in sql)
        return {
            "queries": median(counts),
            "buffers": _buffers(listing),
            "rows": body.count(b"app-reference"),
            "bytes": len(body),
        }


class Searches:
    """A partner's caseworker asks for somebody by name: every second time for one whom another organisation holds."""

    PARTNER = "worker2@seed.relais.example"

    def __init__(self) -> None:
        self._names: dict[bool, Iterator[dict[str, str]]] = {}

    def ask(self, *, held: bool) -> dict[str, Any]:
        if not self._names:
            self._begin()
        typed = urlencode(next(self._names[held]) | {"csrfmiddlewaretoken": TOKEN}).encode()
        with counting() as statements:
            began = time.perf_counter()
            headers, body = self._page.answer(typed)
            seconds = time.perf_counter() - began
        plain = sorted(f"{name}: {value}" for name, value in headers if name not in ("Expires", "Set-Cookie"))
        return {"seconds": seconds, "queries": own_queries(statements), "bytes": len(body), "headers": plain}

    def _begin(self) -> None:
        user = User.objects.get(email=self.PARTNER)
        cookies = [
            signed_in(user, "partners.backends.Backend"),
            f"{settings.CSRF_COOKIE_NAME}={TOKEN}",
        ]
        self._page = Page(WSGIHandler(), "/cases/search/", "; ".join(cookies))
        self._page.serve()
        self._names = {True: self._of_others(user), False: self._of_nobody()}

    @staticmethod
    def _of_others(user: User) -> Iterator[dict[str, str]]:
        others = Person.objects.exclude(case__organisation=user.organisation_id).order_by("pk")
        found = []
        with at_work():
            for person in others[:2000]:
                who = identity_of(person)
                if len(who.family_name or "") == NAME_LENGTH and who.birth_date:
                    found.append(_typed(who.family_name, who.given_names, who.birth_date.year))
        return cycle(found)

    @staticmethod
    def _of_nobody() -> Iterator[dict[str, str]]:
        """As long as the others, and of the same years: the name of nobody begins otherwise."""
        years = (8, 11, 13, 15, 16, 17, 22, 27, 34)
        this = datetime.now(tz=UTC).year
        for number in count(100_000):
            yield _typed(f"Fomille {number}", f"Prânom {number}", this - years[number % len(years)])


NAME_LENGTH = len("Famille 123456")


def _typed(family_name: str | None, given_names: str | None, year: int) -> dict[str, str]:
    return {"family_name": family_name or "", "given_names": given_names or "", "year": str(year)}


def _backends() -> list[int]:
    """The server's processes that work for this one."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
            " AND application_name = current_setting('application_name')"
        )
        return [pid for (pid,) in cursor.fetchall()]


def _buffers(sql: str) -> int:
    with connections["default"].cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}")
        (plan,) = cursor.fetchone()
    top = (plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]
    return int(top["Shared Hit Blocks"] + top["Shared Read Blocks"])
