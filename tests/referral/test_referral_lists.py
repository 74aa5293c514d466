"""The inbox, what was sent, what is to be routed: in order, in few queries, page by page, codes only."""

import uuid
from datetime import timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event
from referral.models import Referral
from referral.queries import lists
from referral.services import withdrawing
from tests import cast as c
from tests.referral.pages import act, later, leaked, press, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def listed(page) -> list[str]:  # type: ignore[no-untyped-def]
    return [row["url"].split("/")[2] for row in page.context["rows"]]


def queries_of(client, url: str) -> list[str]:  # type: ignore[no-untyped-def]
    client.get(url)  # codes of the lists and content types are kept by the process
    with (
        CaptureQueriesContext(connections["default"]) as here,
        CaptureQueriesContext(connections["audit"]) as there,
    ):
        assert client.get(url).status_code == 200
    return [query["sql"] for query in (*here, *there) if "SAVEPOINT" not in query["sql"]]


@pytest.mark.parametrize("count", [1, 12])
def test_the_inbox_takes_six_queries_whatever_its_length(cast: c.Cast, count: int) -> None:
    for _ in range(count):
        c.sent(cast)
    queries = queries_of(sign_in(cast.codou), reverse("inbox"))
    assert len(queries) <= 6, "\n".join(query[:200] for query in queries)


def test_the_nearest_deadline_comes_first_and_lateness_is_said(cast: c.Cast) -> None:
    standard, emergency, urgent = (c.sent(cast, urgency=u) for u in ("standard", "emergency", "urgent"))
    later(hours=3)
    page = sign_in(cast.codou).get(reverse("inbox"))
    assert listed(page) == [str(row.pk) for row in (emergency, urgent, standard)]
    assert [row["late"] for row in page.context["rows"]] == [True, False, False]
    assert page.context["late"] == 1
    assert "(1)" in page.content.decode().split("</title>")[0]


def test_each_desk_has_its_own_inbox(cast: c.Cast) -> None:
    referral = c.sent(cast)
    assert listed(sign_in(cast.codou).get(reverse("inbox"))) == [str(referral.pk)]
    assert listed(sign_in(cast.ousmane).get(reverse("inbox"))) == []
    assert sign_in(cast.daouda).get(reverse("inbox")).status_code == 403
    c.drafted(cast, c.open_case(cast))
    assert len(listed(sign_in(cast.codou).get(reverse("inbox")))) == 1, "drafts are the sender's"


def test_pages_follow_each_other_without_a_gap(cast: c.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("referral.views.inbox.PAGE", 2)
    real = lists.inbox
    monkeypatch.setattr("referral.services.reading.inbox", lambda actor, after: real(actor, after, limit=2))
    sent = {
        str(c.sent(cast, urgency=urgency).pk)
        for urgency in ("standard", "urgent", "urgent", "emergency", "urgent")
    }
    client, url, seen = sign_in(cast.codou), reverse("inbox"), []
    while url:
        page = client.get(url)
        seen += listed(page)
        url = page.context["next_url"]
    assert len(seen) == 5
    assert set(seen) == sent


@pytest.mark.parametrize(
    "after", ["x", "2026-01-01", f"2026-01-01T00:00:00_{uuid.UUID(int=7)}", f"x_{uuid.UUID(int=7)}", "_"]
)
def test_a_bent_address_begins_at_the_beginning(cast: c.Cast, after: str) -> None:
    referral = c.sent(cast)
    for name, user in (("inbox", cast.codou), ("referrals", cast.aissatou)):
        assert listed(sign_in(user).get(reverse(name), {"after": after})) == [str(referral.pk)]
        assert sign_in(user).get(reverse(name), {"after": after, "show": "ended"}).status_code == 200


def test_no_name_stands_in_any_list(cast: c.Cast) -> None:
    c.sent(cast)
    c.declined(cast)
    for user, name in ((cast.codou, "inbox"), (cast.aissatou, "referrals"), (cast.ibrahima, "routing")):
        for show in ("", "ended"):
            page = sign_in(user).get(reverse(name), {"show": show})
            assert page.status_code == 200
            assert leaked(page) == []


def test_a_list_is_written_down_and_is_not_a_look(cast: c.Cast) -> None:
    referral = c.sent(cast)
    sign_in(cast.codou).get(reverse("inbox"))
    event = Event.objects.using("audit").get(verb="list", actor_id=cast.codou.pk)
    with c.acting():
        assert event.detail == {"referrals": [str(referral.pk)]}
    assert (
        not Event.objects.using("audit").filter(verb__in=["view", "reveal"], actor_id=cast.codou.pk).exists()
    )


def test_what_ended_is_kept_apart(cast: c.Cast) -> None:
    done = c.started(cast)
    act(cast.daouda, done, "complete", reason_code="NEED_MET", left="yes")
    refused = c.declined(cast)
    assert listed(sign_in(cast.codou).get(reverse("inbox"))) == []
    assert listed(sign_in(cast.codou).get(reverse("inbox"), {"show": "ended"})) == [str(done.pk)]
    sent = sign_in(cast.aissatou).get(reverse("referrals"), {"show": "ended"})
    assert listed(sent) == [str(refused.pk), str(done.pk)]
    older = sign_in(cast.aissatou).get(reverse("referrals"), {"show": "ended", "after": str(refused.pk)})
    assert listed(older) == [str(done.pk)]


def test_whoever_is_still_lodged_stands_above_the_ended(cast: c.Cast) -> None:
    referral = c.started(cast)
    with c.acting(cast.aissatou) as actor:
        withdrawing.withdraw_referral(
            referral.pk, by=actor, at=c.clock.now(), reason_code="RISK", hand_over="AEMO"
        )
    page = sign_in(cast.codou).get(reverse("inbox"), {"show": "ended"})
    assert [row.pk for row, _reference in page.context["lodged"]] == [referral.pk]
    assert sign_in(cast.ousmane).get(reverse("inbox"), {"show": "ended"}).context["lodged"] == []
    later(hours=73)
    page = sign_in(cast.codou).get(reverse("inbox"), {"show": "ended"})
    assert reverse("referral_extract", args=[referral.pk]) not in page.content.decode()
    assert press(sign_in(cast.codou), reverse("referral_departure", args=[referral.pk])).status_code == 302
    assert sign_in(cast.codou).get(reverse("inbox"), {"show": "ended"}).context["lodged"] == []


def test_routing_is_coordinations_alone(cast: c.Cast) -> None:
    referral = c.declined(cast)
    page = sign_in(cast.ibrahima).get(reverse("routing"))
    assert listed(page) == [str(referral.pk)]
    assert page.context["rows"][0]["note"], "why it was declined"
    for user in (cast.aissatou, cast.codou, cast.bineta):
        assert sign_in(user).get(reverse("routing")).status_code == 403


def test_the_deadline_of_a_list_is_the_referrals(cast: c.Cast) -> None:
    referral = c.sent(cast)
    row = sign_in(cast.codou).get(reverse("inbox")).context["rows"][0]
    assert row["due"] == Referral.objects.get(pk=referral.pk).due_at == referral.sent_at + timedelta(hours=24)
