"""The weekly sheet: what a house left unwritten, answered in ten taps by the acts that there are."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit import clock
from audit.models import Event
from audit.rows import write
from partners.models import Places
from referral.enums import State, TaskKind
from referral.models import Placement, Referral, Task, Transition, WalkIn
from tests import cast as c
from tests.referral.pages import later, leaked, sign_in, values_of
from tests.reporting.conftest import walked_in
from tests.world import more_places, taken_back

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

URL = "report_sunday"


@pytest.fixture
def week(cast: c.Cast) -> dict[str, Referral]:
    """One in service of whom nothing was written for a week; one whose departure was not; two who were expected."""
    more_places(cast, 9)
    quiet = c.started(cast)
    left = taken_back(cast, c.started(cast))
    walked_in(cast.girls, clock.now(), None, cast)
    later(days=8)
    came = c.accepted(cast)
    missing = c.accepted(cast)
    later(days=10)
    return {"quiet": quiet, "left": left, "came": came, "missing": missing}


def said(row: Referral | Places | WalkIn, kind: str, answer: str, when: Any = None) -> dict[str, str]:
    name = f"{kind}-{row.pk.hex}"
    return {f"{name}-said": answer} | (
        {f"{name}-when": f"{timezone.localtime(when):%Y-%m-%dT%H:%M}"} if when else {}
    )


def now_of(referral: Referral) -> Referral:
    return Referral.objects.get(pk=referral.pk)


def test_a_week_is_written_down_in_ten_taps(cast: c.Cast, week: dict[str, Referral]) -> None:
    client = sign_in(cast.codou)
    page = client.get(reverse(URL))
    assert leaked(page) == []
    lines = page.context["lines"]
    assert [line["question"].kind.value for line in lines] == [
        *["awaited"] * 2, "departed", *["headcount"] * 2, "quiet", "walk_in",
    ]  # fmt: skip
    arrived_at = clock.now() - timedelta(days=1)
    places, walk_in = list(Places.objects.filter(site=cast.girls.site)), WalkIn.objects.get()
    taps = {
        **said(week["came"], "awaited", "arrived", arrived_at),
        **said(week["missing"], "awaited", "not_arrived_told"),
        **said(week["left"], "departed", "left"),
        **said(places[0], "headcount", "right"),
        **said(places[1], "headcount", "right"),
        **said(week["quiet"], "quiet", "goes_on"),
        **said(walk_in, "walk_in", "left", clock.now() - timedelta(days=2)),
    }
    assert sum(name.endswith("-said") for name in taps) + 1 <= 10  # and the button
    sent = values_of(page.context["form"]) | taps
    after = client.post(reverse(URL), sent, follow=True)
    assert "7 lignes sont enregistrées." in after.content.decode()

    came = now_of(week["came"])
    assert came.state == State.IN_SERVICE
    assert came.started_at == arrived_at.replace(second=0, microsecond=0)
    move = Transition.objects.get(referral=came, action="start")
    assert move.occurred_at < move.recorded_at - timedelta(
        hours=23
    )  # declared for figures, recorded for proof
    assert now_of(week["missing"]).state == State.NO_SHOW
    with c.acting():
        call_back = Task.objects.get(referral=week["missing"], kind=TaskKind.CALL_BACK)
        assert call_back.proposal["called"] is True
    assert Placement.objects.get(referral=week["left"]).state == "left"
    assert Transition.objects.filter(referral=week["quiet"], action="review").count() == 1
    assert {row.confirmed_by_id for row in Places.objects.filter(site=cast.girls.site)} == {cast.codou.pk}
    walk_in.refresh_from_db()
    assert walk_in.left_at is not None
    assert (clock.now() - walk_in.left_at).days == 2
    assert after.context["lines"] == []

    # Sent once more, as a tired telephone does: nothing happens twice.
    moves, counted = Transition.objects.count(), Places.objects.get(pk=places[0].pk).version
    client.post(reverse(URL), sent)
    assert (Transition.objects.count(), Places.objects.get(pk=places[0].pk).version) == (moves, counted)


def test_what_somebody_else_has_done_meanwhile_is_said_and_stops_no_other_line(
    cast: c.Cast, week: dict[str, Referral]
) -> None:
    client = sign_in(cast.codou)
    sent = values_of(client.get(reverse(URL)).context["form"])
    with c.acting(), transaction.atomic():
        girls = Places.objects.get(pk=cast.girls.pk)
        girls.capacity = 8
        write(girls, fields=["capacity"])
    taps = said(cast.girls, "headcount", "right") | said(week["missing"], "awaited", "not_arrived")
    after = client.post(reverse(URL), sent | taps, follow=True).content.decode()
    assert "1 ligne est enregistrée." in after
    assert "Quelqu’un a modifié ceci après que vous avez ouvert la page." in after
    assert now_of(week["missing"]).state == State.NO_SHOW


def test_a_time_that_cannot_be_keeps_what_was_typed_and_writes_nothing(
    cast: c.Cast, week: dict[str, Referral]
) -> None:
    client = sign_in(cast.codou)
    sent = values_of(client.get(reverse(URL)).context["form"])
    taps = said(week["came"], "awaited", "arrived", clock.now() + timedelta(days=1))
    page = client.post(reverse(URL), sent | taps | said(week["quiet"], "quiet", "goes_on"))
    assert page.status_code == 200
    assert "C’est trop tard" in page.content.decode() or page.context["form"].errors
    assert page.context["form"][f"quiet-{week['quiet'].pk.hex}-said"].value() == "goes_on"
    assert now_of(week["came"]).state == State.ACCEPTED
    empty = client.post(reverse(URL), sent)
    assert "Répondez à une ligne au moins." in empty.content.decode()


def test_the_sheet_is_of_the_own_house_and_never_longer_than_ten_taps(
    cast: c.Cast, week: dict[str, Referral]
) -> None:
    elsewhere = sign_in(cast.ousmane).get(reverse(URL))
    assert "Il ne manque rien" in elsewhere.content.decode()
    for _each in range(4):
        c.accepted(cast, expected_arrival_at=clock.now() + timedelta(minutes=5))
    later(days=11)
    page = sign_in(cast.codou).get(reverse(URL))
    assert (len(page.context["lines"]), page.context["more"]) == (9, 2)
    assert Event.objects.using("audit").filter(actor_id=cast.codou.pk, scope="report.sunday").count() == 1
