"""Every page of the case journey opens for the person who needs it."""

import pytest
from django.test import Client
from django.urls import reverse

from tests import cast as c

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def at_desk(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    "who",
    [
        "aissatou",
        "bineta",
        "codou",
        "daouda",
        "elisabeth",
        "fatou",
        "gora",
        "habib",
        "ibrahima",
        "khady",
        "lamine",
        "mareme",
    ],
)
def test_home_opens_for_everybody(cast: c.Cast, who: str) -> None:
    referral = c.sent(cast)
    c.declined(cast, referral)
    answer = at_desk(getattr(cast, who)).get("/")
    assert answer.status_code == 200
    assert at_desk(getattr(cast, who)).get("/notices/").status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "case",
        "case_edit",
        "case_looks",
        "case_print",
        "case_protect",
        "consent",
        "consent_withdraw",
        "ground",
        "title",
    ],
)
def test_pages_of_a_case_open_for_its_owner(cast: c.Cast, name: str) -> None:
    case = c.open_case(cast)
    c.agree(cast, case, cast.centre)
    answer = at_desk(cast.aissatou).get(reverse(name, args=[case.pk]))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "name", ["case", "case_looks", "case_print", "case_assign", "case_age", "case_close", "consent_withdraw"]
)
def test_pages_of_a_case_open_for_its_supervisor(cast: c.Cast, name: str) -> None:
    case = c.open_case(cast)
    answer = at_desk(cast.bineta).get(reverse(name, args=[case.pk]))
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/cases/", "/cases/new/", "/tasks/"])
def test_lists(cast: c.Cast, path: str) -> None:
    c.open_case(cast)
    assert at_desk(cast.aissatou).get(path).status_code == 200
