"""An arrival through its pages, for the tests of arrivals and of group referrals."""

import re
from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from partners.models import User
from referral.models import Arrival, Case, GroupReferral
from tests import cast as c
from tests.referral.pages import press, sign_in

BEST_INTEREST = {
    "safety": "Loin du quai canari",
    "view": "Elles veulent rester ensemble",
    "guardian": "Personne n’a été évalué",
}


def line(number: int, **cells: str) -> dict[str, str]:
    """One line of the table, as it is typed: a girl who can wait, unless said otherwise."""
    typed = {"triage": "standard", "sex": "female", "age": "9-13"} | cells
    return {f"{name}_{number}": value for name, value in typed.items()}


def open_arrival(cast: c.Cast, counted: int, *, by: User | None = None, note: str = "") -> Arrival:
    answer = press(
        sign_in(by or cast.aissatou),
        reverse("arrival_new"),
        kind="rescue",
        region=str(cast.region.pk),
        counted=str(counted),
        note=note,
    )
    assert answer.status_code == 302, answer.context["form"].errors
    return Arrival.objects.get(pk=re.findall(r"[0-9a-f-]{36}", answer["Location"])[0])


def enter(cast: c.Cast, arrival: Arrival, *lines: dict[str, str], by: User | None = None, **more: Any) -> Any:
    url = reverse("arrival_people", args=[arrival.pk])
    typed = {name: value for each in lines for name, value in each.items()}
    return press(sign_in(by or cast.aissatou), url, **typed, **more)


def arrived(cast: c.Cast, *lines: dict[str, str]) -> Arrival:
    """An arrival with these persons, all of them Aïssatou's."""
    arrival = open_arrival(cast, len(lines))
    answer = enter(cast, arrival, *lines)
    assert answer.status_code == 302, answer.context["form"].errors
    return arrival


def case_of(arrival: Arrival, number: int) -> Case:
    return Case.objects.get(slip__arrival=arrival, slip__number=number)


def refer_url(
    cast: c.Cast, arrival: Arrival, numbers: Sequence[int], name: str = "arrival_refer", **more: str
) -> str:
    query = [("n", str(number)) for number in numbers]
    query += [("service", "SHELTER_EMERG"), ("urgency", "urgent"), *more.items()]
    query += [] if "to" in more else [("to", str(cast.centre.pk))]
    return f"{reverse(name, args=[arrival.pk])}?{urlencode(query)}"


def ground(cast: c.Cast, arrival: Arrival, numbers: Sequence[int], **more: str) -> Any:
    """The three answers for all of them; `more`: where they go, or what one child says otherwise."""
    typed = {name: value for name, value in more.items() if name.startswith("view_")}
    query = {name: value for name, value in more.items() if name not in typed}
    url = refer_url(cast, arrival, numbers, "arrival_ground", **query)
    return press(sign_in(cast.aissatou), url, **BEST_INTEREST, **typed)


def send(
    cast: c.Cast,
    arrival: Arrival,
    numbers: Sequence[int],
    /,
    _query: dict[str, str] | None = None,
    **typed: str,
) -> Any:
    return press(sign_in(cast.aissatou), refer_url(cast, arrival, numbers, **(_query or {})), **typed)


def sent(cast: c.Cast, arrival: Arrival, numbers: Sequence[int]) -> GroupReferral:
    assert ground(cast, arrival, numbers).status_code == 302
    answer = send(cast, arrival, numbers)
    assert answer.status_code == 302, answer.context["form"].errors
    return GroupReferral.objects.latest("sent_at")


def answer(cast: c.Cast, group: GroupReferral, numbers: Sequence[int], **typed: Any) -> Any:
    """The desk ticks these slips; the rest are declined for want of room unless said otherwise."""
    ticked = [str(row.pk) for row in group.referrals.filter(case__slip__number__in=numbers).order_by("seq")]
    given = {
        "accepted": ticked,
        "conflict": "no",
        "worker": str(cast.daouda.pk),
        "place_girls": str(cast.girls.pk),
        "rest": "decline",
        "reason_code": "NO_CAPACITY",
    }
    return press(sign_in(cast.codou), reverse("group_answer", args=[group.pk]), **(given | typed))
