"""The first account, made at the terminal."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from partners.models import Invitation, Organisation, User
from tests.partners.conftest import BOTH, PASSWORD, changes

pytestmark = pytest.mark.django_db(databases=BOTH)
NEW = {"organisation": "Ministère", "kind": "operator", "region": "SN-DK"}


def invite(*, email="admin@example.org", role=("administrator",), **options):
    output = StringIO()
    call_command("invite", email, role=list(role), stdout=output, **options)
    return output.getvalue().strip()


def test_it_prints_a_link_that_opens_an_account():
    url = invite(**NEW)
    assert url.startswith("http://127.0.0.1:8000/invitation/")
    path = url.removeprefix("http://127.0.0.1:8000")
    assert Client().post(path, {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    user = User.objects.get(email="admin@example.org")
    assert (user.organisation.name, user.name) == ("Ministère", "admin")
    assert changes(Organisation.objects.get().pk) == ["create"]


def test_the_organisation_is_made_once():
    invite(**NEW)
    invite(email="second@example.org", organisation="MINISTÈRE")
    assert Organisation.objects.count() == 1


def test_the_address_of_the_site_may_be_said():
    assert invite(**NEW, address="https://suivi.example.org/").startswith(
        "https://suivi.example.org/invitation/"
    )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({**NEW, "email": "nobody"}, "is not an e-mail address"),
        ({"organisation": "Ministère"}, "--kind and --region"),
        ({**NEW, "region": "SN-XX"}, "There is no region"),
        ({**NEW, "role": ("administrator", "caseworker")}, "Gestionnaire"),
        ({**NEW, "role": ("coordinator",)}, "Coordination"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(options, sentence):
    with pytest.raises(CommandError) as refused:
        invite(**options)
    assert "\n" not in str(refused.value)
    assert not Organisation.objects.exists()
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    "arguments", [["a@example.org"], ["a@example.org", "--organisation", "X", "--role", "emperor"]]
)
def test_missing_or_unknown_arguments_are_refused(arguments):
    with pytest.raises(CommandError):
        call_command("invite", *arguments)
