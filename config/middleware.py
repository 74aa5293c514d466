"""The one place where a request's keyring and sitting are opened, and where a refusal becomes an answer."""

import codecs
import hashlib
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from audit import services as audit
from audit import sitting
from audit.enums import IpClass
from audit.errors import AuditUnavailable
from config import errors
from crypto import keyring
from crypto.errors import KeyDestroyed, KeyUnavailable, Tampered
from partners.policy import NotAllowed as NotAllowedThere
from partners.queries import actor_of, has_undertaken
from referral.policy import NotAllowed
from referral.services.pace import TooManyReveals
from referral.services.steps import NotVisible
from referral.services.submissions import answer_before

Handler = Callable[[HttpRequest], HttpResponse]

#: How often the last activity is written, in seconds: every request would be a write (design §4, Sessions).
ACTIVITY_STEP = 60
#: After this long, in seconds, one signs in again whatever one was doing.
LONGEST_SESSION = 8 * 3600
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
#: "none" is the person's own doing: a typed address, a bookmark.
OWN_SITE = frozenset({"same-origin", "none"})
#: Pages that one may see before the undertaking of confidentiality is accepted.
BEFORE_UNDERTAKING = frozenset(
    {"undertaking", "account_logout", "set_language", "session_keep", "health-live", "health-ready"}
)


class Sitting:
    """Opens keyring and sitting around every view; writes its looks before the page leaves. No event, no data shown."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        who, at = sitting.SYSTEM, None
        if request.user.is_authenticated:
            request.actor = actor_of(request.user)  # type: ignore[attr-defined]
            at = getattr(request.user, "seat_at", None)
            who = sitting.Who(
                actor_id=request.user.pk,
                organisation_id=request.user.organisation_id,
                session_hash=hashlib.sha256((request.session.session_key or "").encode()).hexdigest(),
                ip_class=_ip_class(request),
            )
        else:
            who = sitting.Who(ip_class=_ip_class(request))
        with keyring.opened(), sitting.opened(who, at) as current:
            response = self.get_response(request)
            try:
                audit.flush()
            except (AuditUnavailable, KeyUnavailable):  # what an event says more is sealed
                current.forget_looks()
                return errors.unavailable(request)
        if request.user.is_authenticated:
            add_never_cache_headers(response)
        return response

    @staticmethod
    def _not_found(request: HttpRequest) -> HttpResponse:
        """Absent and hidden look alike, and leave alike events."""
        if request.user.is_authenticated:
            try:
                audit.deny("denied", *_asked_for(request), reason_code="NOT_VISIBLE")
            except AuditUnavailable:
                return errors.unavailable(request)
        return errors.not_found(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotVisible | Http404):
            return _as_before(request) or self._not_found(request)
        if isinstance(exception, NotAllowed | NotAllowedThere):
            return errors.forbidden(request)
        if isinstance(exception, TooManyReveals):
            return errors.too_many_reveals(request, exception.until, may_reach=exception.may_reach)
        if isinstance(exception, KeyUnavailable | AuditUnavailable) or errors.is_outage(exception):
            return errors.unavailable(request)
        if isinstance(exception, Tampered | KeyDestroyed):
            audit.deny("view", "crypto.datakey", None, reason_code="UNREADABLE")
            return errors.unreadable(request)
        return None


def _as_before(request: HttpRequest) -> HttpResponse | None:
    """An act may close its own page, as a refusal does: the same form once more is answered like the first."""
    if request.method != "POST" or not request.user.is_authenticated:
        return None
    actor = request.actor  # type: ignore[attr-defined]  # put there by `Sitting`
    location = answer_before(by=actor, page=request.path, key=request.POST.get("key", ""))
    return redirect(location) if location else None


def _asked_for(request: HttpRequest) -> tuple[str, UUID | None]:
    """The page and the id in its address, as codes of an event."""
    match = request.resolver_match
    name = re.sub("[^a-z]+", "_", match.view_name.lower())[:40] if match else "none"
    pk = match.kwargs.get("pk") if match else None
    return f"page.{name}", pk if isinstance(pk, UUID) else None


def _ip_class(request: HttpRequest) -> str:
    address = request.META.get("REMOTE_ADDR", "")
    return IpClass.of(address) if address else IpClass.NONE


class Undertaking:
    """Nobody sees a page before having undertaken to keep confidential what it shows."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if not request.user.is_authenticated or name in BEFORE_UNDERTAKING:
            return None
        if not request.user.is_active or not request.user.organisation.is_active:
            logout(request)
            return redirect("account_login")
        return None if has_undertaken(request.user) else redirect("undertaking")


class Activity:
    """Ends a session after 15 idle minutes or 8 hours, writing the last activity at most once a minute."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        at = _now_of(request)
        if at is not None:
            if at - request.session.setdefault("began_at", at) >= LONGEST_SESSION:
                logout(request)
            elif at - request.session.get("active_at", 0) >= ACTIVITY_STEP:
                request.session["active_at"] = at
        return self.get_response(request)


def _now_of(request: HttpRequest) -> int | None:
    """The request's time in seconds, which came with the person; None for somebody who is not signed in."""
    at = getattr(request.user, "seat_at", None)
    return None if at is None else int(at.timestamp())


class Headers:
    """What Django and django-csp do not say to the browser (security.md §5)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # A browser says where a request comes from; another site has no business to send us a form.
        if (
            request.method not in SAFE_METHODS
            and request.headers.get("Sec-Fetch-Site", "same-origin") not in OWN_SITE
        ):
            return errors.forbidden(request)
        # UTF-7 and the like can spell half a surrogate pair, which cannot be sealed, stored or shown.
        if request.encoding is not None and codecs.lookup(request.encoding).name != "utf-8":
            return errors.bad_request(request)
        response = self.get_response(request)
        response.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.method == "POST" and request.path == reverse("account_logout"):
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response
