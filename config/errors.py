"""Error pages. None holds a datum, but one: when the service is paused, the sender's own POST comes back to them."""

import sys
from datetime import datetime

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from audit.errors import AuditUnavailable
from crypto.errors import KeyUnavailable

#: Never given back: it belongs to the form that is gone, and the new page brings its own.
_NOT_RETURNED = "csrfmiddlewaretoken"
#: Addresses to which passwords are sent: they stand in no page.
_PASSWORDS = ("/accounts/", "/invitation/")


def is_outage(exception: BaseException | None) -> bool:
    """Is the database or the key away, rather than the program wrong?"""
    return isinstance(exception, OperationalError | InterfaceError | KeyUnavailable | AuditUnavailable)


def _page(request: HttpRequest, name: str, status: int, **context: object) -> HttpResponse:
    frame = {"site_name": settings.RELAIS_SITE_NAME, "demonstration": settings.RELAIS_DEMONSTRATION}
    return render(request, f"errors/{name}.html", {**frame, **context}, status=status, using="errors")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "400", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "403", 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, "csrf", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "404", 404)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503 with a retry form of the sender's own POST and its idempotency key (issue: nothing typed is lost)."""
    fields: list[tuple[str, str]] = []
    if request.method == "POST" and not request.path.startswith(_PASSWORDS):
        fields = [
            (name, value)
            for name, values in request.POST.lists()
            if name != _NOT_RETURNED
            for value in values
        ]
    # With its query: it says which part of a file, or which organisations, the form is about.
    response = _page(request, "503", 503, retry_url=request.get_full_path(), retry_fields=fields)
    response["Cache-Control"] = "no-store"
    response["Retry-After"] = "60"
    return response


def too_many_reveals(request: HttpRequest, until: datetime, *, may_reach: bool) -> HttpResponse:
    """429: nothing more is opened in this hour, but the contact of a person to be reached."""
    response = _page(request, "429", 429, until=until, may_reach=may_reach)
    response["Retry-After"] = "3600"
    return response


def unreadable(request: HttpRequest) -> HttpResponse:
    """A stored value is not what was sealed, or its key is gone: nothing of it is shown, an event was left."""
    return _page(request, "unreadable", 500)


def server_error(request: HttpRequest) -> HttpResponse:
    if is_outage(sys.exc_info()[1]):
        return unavailable(request)
    return _page(request, "500", 500)
