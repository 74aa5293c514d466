"""What stands around every page: who acts, for how long, what the browser is told."""

from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from partners.models import User
from tests import cast as c

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="partners.backends.Backend")
    return client


def test_a_page_of_the_inbox_asks_six_times_at_most(cast: c.Cast) -> None:
    """Session, person with seats, list with keys, notices, event with the key that seals it; for one row or three."""
    client = signed_in(cast.codou)
    c.sent(cast)
    counts = []
    for _more in range(2):
        client.get("/inbox/")  # words are read anew every half minute, the activity is written once a minute
        with (
            CaptureQueriesContext(connections["default"]) as first,
            CaptureQueriesContext(connections["audit"]) as second,
        ):
            assert client.get("/inbox/").status_code == 200
        counts.append(len(first) + len(second))
        c.sent(cast)
        c.sent(cast)
    assert counts[0] == counts[1] <= 6


def test_the_last_activity_is_written_once_a_minute(cast: c.Cast) -> None:
    client = signed_in(cast.codou)
    client.get("/directory/")
    first = client.session["active_at"]
    client.get("/directory/")
    assert client.session["active_at"] == first
    session = client.session
    session["active_at"] = first - 61
    session.save()
    client.get("/directory/")
    assert client.session["active_at"] >= first


def test_a_session_ends_after_eight_hours_whatever_one_does(cast: c.Cast) -> None:
    client = signed_in(cast.codou)
    client.get("/directory/")
    session = client.session
    session["began_at"] -= int(timedelta(hours=8).total_seconds())
    session.save()
    answer = client.get("/directory/")
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


def test_a_form_from_another_site_is_refused(cast: c.Cast) -> None:
    client = signed_in(cast.codou)
    assert (
        client.post("/language/", {"language": "en"}, headers={"sec-fetch-site": "cross-site"}).status_code
        == 403
    )
    assert (
        client.post("/language/", {"language": "en"}, headers={"sec-fetch-site": "same-origin"}).status_code
        == 302
    )


def test_every_page_tells_the_browser_to_keep_nothing(cast: c.Cast) -> None:
    answer = signed_in(cast.codou).get("/inbox/")
    assert "no-store" in answer["Cache-Control"]
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in answer["Permissions-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_leaving_clears_what_the_browser_kept(cast: c.Cast) -> None:
    answer = signed_in(cast.codou).post("/accounts/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'


def test_a_list_is_one_event_and_no_look(cast: c.Cast) -> None:
    c.sent(cast)
    before = Event.objects.using("audit").count()
    signed_in(cast.codou).get("/inbox/")
    after = Event.objects.using("audit").order_by("-seq")[: Event.objects.using("audit").count() - before]
    assert [event.verb for event in after] == ["list"]
