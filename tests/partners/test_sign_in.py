"""Through the door: signing in and out, what is written down of it, and who stays outside."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from audit.models import Event
from partners.enums import Role
from partners.models import User
from partners.services import accounts
from tests.partners.conftest import BOTH, PASSWORD, changes, seat

pytestmark = pytest.mark.django_db(databases=BOTH)
NEW = "quatre mots bien à moi"


@pytest.fixture
def person(centre):
    return seat(centre, Role.FOCAL_POINT, name="Moussa Desk")


def sign_in(email, password=PASSWORD, client=None, **headers):
    client = client or Client()
    return client.post(reverse("account_login"), {"login": email, "password": password}, **headers)


def attempts(verb):
    return list(
        Event.objects.using("audit").filter(verb=verb).values_list("object_id", "outcome", "reason_code")
    )


def words(response):
    """What the page says was wrong."""
    return [str(error) for errors in response.context["form"].errors.values() for error in errors]


class TestSigningIn:
    @pytest.mark.parametrize("spelling", [str, str.upper])
    def test_by_address_and_password(self, person, spelling):
        client = Client()
        response = sign_in(spelling(person.user.email), client=client)
        assert (response.status_code, response["Location"]) == (302, "/")
        assert client.get(reverse("directory")).status_code == 200
        assert changes(person.user.pk)[-1] == "login"
        assert (
            User.objects.get(pk=person.user.pk).version == person.user.version + 1
        )  # the undertaking, not the sign-in

    def test_an_unknown_address_and_a_wrong_password_read_alike(self, person):
        unknown, wrong = sign_in("nobody@example.org"), sign_in(person.user.email, "not the password")
        assert unknown.status_code == wrong.status_code == 200
        assert words(unknown) == words(wrong)
        assert attempts("login.fail") == [
            (None, "denied", "CREDENTIALS"),
            (person.user.pk, "denied", "CREDENTIALS"),
        ]

    def test_a_closed_account_reads_like_one_that_never_was(self, person, administrator):
        accounts.deactivate_person(
            administrator.actor, person.user.pk, 2, at=person.user.memberships.get().since
        )
        assert words(sign_in(person.user.email)) == words(sign_in("nobody@example.org"))

    def test_five_failures_close_the_door_for_this_address_from_here_only(self, person, stranger):
        for _attempt in range(5):
            response = sign_in(person.user.email, "wrong")
        assert response.status_code == 429
        assert "quart d" in response.content.decode() or "quarter" in response.content.decode()
        assert sign_in(person.user.email).status_code == 429
        assert attempts("login.lock")
        assert sign_in(stranger.user.email).status_code == 302  # a colleague behind the same router
        assert (
            sign_in(person.user.email, REMOTE_ADDR="10.9.8.7").status_code == 302
        )  # the duty officer elsewhere

    def test_many_attempts_at_one_account_from_everywhere_are_slowed_down(self, person, settings):
        settings.ACCOUNT_RATE_LIMITS = {"login_failed": "1/5m/key"}
        sign_in(person.user.email, "wrong", REMOTE_ADDR="10.0.0.1")
        response = sign_in(person.user.email, REMOTE_ADDR="10.0.0.2")
        assert response.status_code == 200
        assert words(response)
        assert attempts("login.lock") == [(person.user.pk, "denied", "CREDENTIALS")]

    def test_the_way_leads_back_to_the_page_but_not_to_another_site(self, person):
        url = reverse("account_login")
        data = {"login": person.user.email, "password": PASSWORD}
        assert Client().post(f"{url}?next=/directory/", data)["Location"] == "/directory/"
        assert Client().post(f"{url}?next=https://evil.example/", data)["Location"] == "/"

    @pytest.mark.parametrize("login", ["", "x" * 400, "é\x00", "a@b"])
    def test_nonsense_signs_nobody_in(self, person, login):
        assert sign_in(login).status_code == 200

    def test_signing_out_is_written_down_and_is_never_a_get(self, person):
        person.client.get(reverse("account_logout"))
        assert person.client.get(reverse("directory")).status_code == 200
        person.client.post(reverse("account_logout"))
        assert changes(person.user.pk)[-1] == "logout"
        assert person.client.get(reverse("directory")).status_code == 302


class TestClosedToStrangers:
    def test_nobody_signs_up(self):
        data = {"email": "evil@example.org", "password1": NEW, "password2": NEW}
        for response in (
            Client().get(reverse("account_signup")),
            Client().post(reverse("account_signup"), data),
        ):
            assert response.templates[0].name == "account/signup_closed.html"
        assert not User.objects.exists()

    @pytest.mark.parametrize(
        "path",
        ["/accounts/email/", "/accounts/confirm-email/", "/accounts/password/set/", "/accounts/login/code/"],
    )
    def test_other_pages_of_allauth_do_not_exist(self, person, path):
        assert person.client.get(path).status_code == 404


class TestUndertaking:
    @pytest.fixture
    def newcomer(self, person):
        user = User.objects.get(pk=person.user.pk)
        user.undertaking_accepted_at = None
        user.save(update_fields=["undertaking_accepted_at"])
        return person

    def test_it_stands_before_every_page(self, newcomer):
        assert newcomer.client.get(reverse("places"))["Location"] == reverse("undertaking")
        assert newcomer.client.get(reverse("undertaking")).status_code == 200

    def test_it_must_be_ticked(self, newcomer):
        response = newcomer.client.post(reverse("undertaking"), {})
        assert response.context["form"].errors["accepted"]
        assert newcomer.client.get(reverse("places")).status_code == 302

    def test_once_accepted_it_is_not_asked_again(self, newcomer):
        assert newcomer.client.post(reverse("undertaking"), {"accepted": "on"}).status_code == 302
        assert newcomer.client.get(reverse("places")).status_code == 200
        assert newcomer.client.get(reverse("undertaking"))["Location"] == "/"
        assert User.objects.get(pk=newcomer.user.pk).undertaking_accepted_at is not None
        assert changes(newcomer.user.pk)[-1] == "change"


class TestPasswords:
    def test_changing_it_ends_every_session(self, person):
        elsewhere = Client()
        sign_in(person.user.email, client=elsewhere)
        data = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
        assert person.client.post(reverse("account_change_password"), data).status_code == 302
        assert {person.client.get("/directory/").status_code, elsewhere.get("/directory/").status_code} == {
            302
        }
        assert sign_in(person.user.email, NEW).status_code == 302
        assert [verb for verb in changes(person.user.pk) if verb.startswith(("admin", "log"))] == [
            "login",
            "admin.password",
            "logout",
            "login",
        ]

    def test_a_short_one_is_refused(self, person):
        data = {"oldpassword": PASSWORD, "password1": "court", "password2": "court"}
        assert person.client.post(reverse("account_change_password"), data).status_code == 200
        assert User.objects.get(pk=person.user.pk).check_password(PASSWORD)

    def test_a_forgotten_one_is_renewed_by_mail(self, person):
        Client().post(reverse("account_reset_password"), {"email": person.user.email})
        (message,) = mail.outbox
        assert person.user.name not in message.body
        browser = Client()
        url = re.search(r"https?://[^/]+(/\S+)", message.body)[1]
        page = browser.get(url, follow=True)
        browser.post(page.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
        assert sign_in(person.user.email, NEW).status_code == 302
        assert person.client.get("/directory/").status_code == 302

    def test_asking_tells_nothing_of_who_has_an_account(self, person):
        known = Client().post(reverse("account_reset_password"), {"email": person.user.email})
        unknown = Client().post(reverse("account_reset_password"), {"email": "nobody@example.org"})
        assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
        assert len(mail.outbox) == 2  # and as slowly

    def test_a_digest_made_with_older_parameters_is_renewed_at_sign_in(self, person, settings):
        settings.PASSWORD_HASHERS = [
            "django.contrib.auth.hashers.ScryptPasswordHasher",
            "django.contrib.auth.hashers.MD5PasswordHasher",
        ]
        assert sign_in(person.user.email).status_code == 302
        assert User.objects.get(pk=person.user.pk).password.startswith("scrypt")


class TestLanguage:
    def test_it_is_kept_with_the_account(self, person):
        data = {"language": "en", "next": "/directory/"}
        assert person.client.post(reverse("set_language"), data)["Location"] == "/directory/"
        assert User.objects.get(pk=person.user.pk).language == "en"
        assert "Directory" in person.client.get("/directory/").content.decode()

    @pytest.mark.parametrize("language", ["", "xx", "en\x00"])
    def test_a_language_that_is_none_changes_nothing(self, person, language):
        person.client.post(reverse("set_language"), {"language": language})
        assert User.objects.get(pk=person.user.pk).language == "fr"

    def test_it_comes_along_to_another_browser(self, person):
        accounts.choose_language(person.user.pk, "en")
        assert sign_in(person.user.email).cookies["django_language"].value == "en"

    def test_whoever_is_not_signed_in_gets_a_cookie(self):
        response = Client().post(reverse("set_language"), {"language": "en"})
        assert response.cookies["django_language"].value == "en"


@pytest.mark.django_db(databases=["default", "audit"])
def test_the_mail_of_a_reset_names_no_host_of_the_request(cast, mailoutbox, settings):
    from django.test import Client

    Client().post(
        "/accounts/password/reset/", {"email": cast.codou.email}, headers={"host": "localhost:6666"}
    )
    [message] = mailoutbox
    assert "6666" not in message.subject + message.body
    assert settings.RELAIS_ORIGIN in message.body
