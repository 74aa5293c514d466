"""A page of this process, asked for as the web server asks; and the statements that it took."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections

from partners.models import User

#: Of the cookie and of the forms, against forgery.
TOKEN = "m" * 32
#: Read again when their time has come, whatever the page.
CLOCK_READ = ("django_session", "partners_code", "referral_routingrule", 'FROM "partners_region"')


class Page:
    """A page of this process, asked for as the web server asks."""

    def __init__(self, handler: Any, address: str, cookie: str) -> None:
        self._handler, self._cookie = handler, cookie
        self._path, _mark, self._query = address.partition("?")

    def serve(self, typed: bytes = b"") -> bytes:
        return self.answer(typed)[1]

    def answer(self, typed: bytes = b"", expected: str = "200 OK") -> tuple[list[tuple[str, str]], bytes]:
        """Headers and body. Args: typed: of a form, which is then posted."""
        environ = {
            "REQUEST_METHOD": "POST" if typed else "GET",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(typed)),
            "PATH_INFO": self._path,
            "QUERY_STRING": self._query,
            "SERVER_NAME": "bench",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_COOKIE": self._cookie,
            "HTTP_ACCEPT_LANGUAGE": "fr",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(typed),
            "wsgi.errors": sys.stderr,
        }
        begun: list[tuple[str, list[tuple[str, str]]]] = []
        response = self._handler(environ, lambda status, headers: begun.append((status, headers)))
        body = b"".join(response)
        response.close()
        statuses = [status for status, _headers in begun]
        if statuses != [expected]:
            raise SystemExit(f"{self._path} answers {statuses}.")
        return begun[0][1], body


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements of both connections."""
    seen: list[str] = []

    def counted(execute: Any, sql: str, *more: Any) -> Any:
        seen.append(sql)
        return execute(sql, *more)

    with connections["default"].execute_wrapper(counted), connections["audit"].execute_wrapper(counted):
        yield seen


def own_queries(statements: Sequence[str]) -> int:
    """Without those that the process makes by the clock."""
    return sum(not any(table in sql for table in CLOCK_READ) for sql in statements)


def signed_in(user: User, backend: str) -> str:
    """The cookie of a session of this user."""
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), backend
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
