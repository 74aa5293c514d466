"""Sign-in as allauth does it, closed to strangers, with an event for each attempt."""

from typing import Any, cast
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.shortcuts import resolve_url
from django.utils.translation import gettext_lazy as _

from audit.enums import Verb
from audit.services import deny, record
from partners.models import User
from partners.services.accounts import set_password


def attempted_address(request: WSGIRequest | None, credentials: dict[str, Any] | None) -> str | None:
    """For axes, which counts failures per address and network address and knows neither of allauth's names."""
    given = credentials or {}
    address = given.get("email") or given.get("login") or (request.POST.get("login") if request else None)
    return address.lower() if address else None


class AccountAdapter(DefaultAccountAdapter):
    #: One sentence for a wrong address, a wrong password and a closed account.
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("This address and this password do not go together."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
    }

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The address that the operator gave, never the one that the request claims to have come to."""
        url: str = super().get_reset_password_from_key_url(key)
        return settings.RELAIS_ORIGIN.rstrip("/") + urlsplit(url).path

    def is_open_for_signup(self, request: WSGIRequest) -> bool:
        return False

    def pre_authenticate(self, request: WSGIRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            _refused(Verb.LOGIN_LOCK, credentials)
            raise

    def authentication_failed(self, request: WSGIRequest, **credentials: Any) -> None:
        locked = getattr(request, "axes_locked_out", False)
        _refused(Verb.LOGIN_LOCK if locked else Verb.LOGIN_FAIL, credentials)

    def login(self, request: WSGIRequest, user: User) -> None:
        with transaction.atomic():
            super().login(request, user)
            record(Verb.LOGIN, user)

    def post_login(self, request: WSGIRequest, user: User, **login: Any) -> Any:
        """The account's language goes with the person to this browser, as `set_language` would leave it."""
        response = super().post_login(request, user, **login)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            path=settings.LANGUAGE_COOKIE_PATH,
            domain=settings.LANGUAGE_COOKIE_DOMAIN,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        )
        return response

    def logout(self, request: WSGIRequest) -> None:
        # Read again: a change of password, which ends in a sign-out, has made a new version of the row.
        user = User.objects.get(pk=cast(User, request.user).pk)
        with transaction.atomic():
            super().logout(request)
            record(Verb.LOGOUT, user)

    def get_password_change_redirect_url(self, request: WSGIRequest) -> str:
        return resolve_url(settings.LOGIN_REDIRECT_URL)

    def set_password(self, user: User, password: str) -> None:
        set_password(user.pk, password)


def _refused(verb: Verb, credentials: dict[str, Any]) -> None:
    user = User.objects.filter(email=str(credentials.get("email", "")).lower()).first()
    deny(verb, "partners.user", user.pk if user else None, reason_code="CREDENTIALS")
