"""A person at a browser without JavaScript: opens a page, fills its form, presses its button."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client
from django.urls import reverse

from partners.models import User
from referral.models import Referral
from tests.cast import SECRETS


def session_of(user: User) -> str:
    """What the cookie of a browser holds in which `user` has signed in: without the form, and what guards it."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "partners.backends.Backend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def sign_in(user: User) -> Client:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(user)
    return client


def values_of(form: Any) -> dict[str, Any]:
    """What a browser would send of an untouched form."""
    shown = {field.html_name: field.value() for field in form}
    for field in form:
        value = shown[field.html_name]
        if hasattr(value, "strftime"):
            shown[field.html_name] = field.field.widget.format_value(value)
    return {name: value for name, value in shown.items() if value not in (None, "")}


def press(client: Client, url: str, **typed: Any) -> Any:
    """GETs a form and POSTs it with what is typed over it."""
    page = client.get(url)
    assert page.status_code == 200, page.status_code
    assert boxless(page) == [], url
    return client.post(url, values_of(page.context["form"]) | typed)


def boxless(page: Any) -> list[str]:
    """What the form of a page requires and nobody can type; of a form that is shown at all."""
    body = page.content.decode()
    if 'name="key"' not in body:
        return []
    required = [field.html_name for field in page.context["form"].visible_fields() if field.field.required]
    return [name for name in required if f'name="{name}' not in body]


def act_url(referral: Referral, action: str) -> str:
    return reverse("referral_act", args=[referral.pk, action])


def act(user: User, referral: Referral, action: str, **typed: Any) -> Any:
    return press(sign_in(user), act_url(referral, action), **typed)


def page_of(user: User, referral: Referral) -> Any:
    return sign_in(user).get(reverse("referral", args=[referral.pk]))


def offered(answer: Any) -> list[dict[str, Any]]:
    """The acts on the page of a file, whatever the heading."""
    return [act for _heading, acts in answer.context["actions"] for act in acts]


def same_as_unknown(client: Client, name: str, pk: Any) -> bool:
    """Is a row that one may not see answered as one that does not exist, word for word?"""
    unknown = uuid4()
    answers = [client.get(reverse(name, args=[each])) for each in (pk, unknown)]
    bodies = [
        re.sub(r"""(?<=name="csrfmiddlewaretoken" value=")\w+""", "", answer.content.decode()).replace(
            str(each), ""
        )
        for answer, each in zip(answers, (pk, unknown), strict=True)
    ]
    return [answer.status_code for answer in answers] == [404, 404] and bodies[0] == bodies[1]


def bare(response: Any, pk: Any) -> str:
    """A page without what differs at each request: its own address, and the masks of its tokens."""
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", response.content.decode()).replace(str(pk), "")


def leaked(response: Any) -> list[str]:
    """Planted secrets that stand on the page."""
    body = response.content.decode()
    return [secret for secret in SECRETS.values() if secret in body]


def later(**span: float) -> None:
    """Moves the database's clock for the rest of the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('relais.clock_offset', %s, true)", [str(timedelta(**span))])
