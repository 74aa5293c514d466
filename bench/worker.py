"""One product process on one database: serves a page when told to, and says what it cost. Spoken to by `inbox`."""

import json
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.test.utils import CaptureQueriesContext, override_settings

from audit.work import at_work
from bench.floor import MIDDLEWARE
from partners.models import User
from referral.models import ClockRound
from referral.seeding.organisations import desk_address
from referral.services import clock


def main() -> None:
    pages = Pages()
    answers: dict[str, Callable[[], Any]] = {
        "floor": lambda: pages.cost(pages.floor),
        "inbox": lambda: pages.cost(pages.inbox),
        "facts": pages.facts,
        "round": clock_round,
        "spin": spin,
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

        def signed_in(backend: str) -> str:
            session = SessionStore()
            session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), backend
            session[HASH_SESSION_KEY] = user.get_session_auth_hash()
            session.save()
            return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"

        with override_settings(MIDDLEWARE=MIDDLEWARE):
            plain = WSGIHandler()
        self.floor = Page(plain, "/floor/", signed_in("django.contrib.auth.backends.ModelBackend"))
        self.inbox = Page(WSGIHandler(), "/inbox/", signed_in("partners.backends.Backend"))
        for page in (self.floor, self.inbox):
            page.serve()  # loads templates, codes and permissions
        self._backends = [Path(f"/proc/{pid}/schedstat") for pid in _backends()]

    def cost(self, page: "Page") -> float:
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


class Page:
    """A page of this process, asked for as the web server asks."""

    def __init__(self, handler: Any, path: str, cookie: str) -> None:
        self._handler, self._path, self._cookie = handler, path, cookie

    def serve(self) -> bytes:
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": self._path,
            "SERVER_NAME": "bench",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_COOKIE": self._cookie,
            "HTTP_ACCEPT_LANGUAGE": "fr",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(),
            "wsgi.errors": sys.stderr,
        }
        statuses: list[str] = []
        response = self._handler(environ, lambda status, headers: statuses.append(status))
        body = b"".join(response)
        response.close()
        if statuses != ["200 OK"]:
            raise SystemExit(f"{self._path} answers {statuses}.")
        return body


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
