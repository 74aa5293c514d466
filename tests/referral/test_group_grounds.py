"""The second person countersigns the grounds of one arrival together, each of them by itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from audit.models import Event
from audit.rows import write
from partners.models import Membership, User
from referral.models import Arrival, LegalGround, Notice, Task
from tests import cast as c
from tests.referral import arrivals as a
from tests.referral.pages import press, same_as_unknown, sign_in, values_of
from tests.referral.story import fr

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def children(cast: c.Cast, count: int, **more: str) -> Arrival:
    """Children of one arrival on a ground that nobody has countersigned."""
    arrival = a.arrived(cast, *(a.line(number) for number in range(1, count + 1)))
    assert a.ground(cast, arrival, range(1, count + 1), **more).status_code == 302
    return arrival


def url_of(arrival: Arrival) -> str:
    return reverse("arrival_grounds", args=[arrival.pk])


def ground_of(arrival: Arrival, number: int) -> LegalGround:
    return LegalGround.objects.get(case__slip__arrival=arrival, case__slip__number=number)


def sign(user: User, arrival: Arrival, numbers: list[int]) -> Any:
    ticked = [str(ground_of(arrival, number).pk) for number in numbers]
    return press(sign_in(user), url_of(arrival), ground=ticked)


def signed(arrival: Arrival) -> list[int]:
    rows = LegalGround.objects.filter(case__slip__arrival=arrival).exclude(approved_at=None)
    return sorted(rows.values_list("case__slip__number", flat=True))


def listed(page: Any) -> list[list[int]]:
    return [[child["number"] for child in block["children"]] for block in page.context["alike"]]


def test_those_who_are_ticked_are_signed_in_one_act_each_by_itself(cast: c.Cast) -> None:
    arrival = children(cast, 4, view_3="Elle veut voir sa tante canari")
    client = sign_in(cast.bineta)
    single = client.get(reverse("ground_decide", args=[ground_of(arrival, 1).pk]))
    of_arrival = client.get(reverse("arrival", args=[arrival.pk]))
    assert all(url_of(arrival) in page.content.decode() for page in (single, of_arrival))
    page = client.get(url_of(arrival))
    assert listed(page) == [[1, 2, 4], [3]]
    assert all(child["ticked"] for block in page.context["alike"] for child in block["children"])
    said = [dict(block["reasons"]).values() for block in page.context["alike"]]
    assert list(said[0]) == list(a.BEST_INTEREST.values())
    assert "Elle veut voir sa tante canari" in said[1]
    looks = Event.objects.using("audit").filter(verb="reveal", actor_id=cast.bineta.pk)
    assert {look.object_id for look in looks} == set(LegalGround.objects.values_list("pk", flat=True))
    before = set(Notice.objects.values_list("pk", flat=True))
    assert sign(cast.bineta, arrival, [1, 2, 3]).status_code == 302
    assert signed(arrival) == [1, 2, 3]
    grounds = {n: ground_of(arrival, n) for n in range(1, 5)}
    assert {each.approved_by for n, each in grounds.items() if n < 4} == {cast.bineta}
    assert [grounds[n].history.count() for n in range(1, 5)] == [2, 2, 2, 1]
    events = Event.objects.filter(object_type="referral.legalground", reason_code="APPROVED")
    assert {event.object_id for event in events} == {grounds[n].pk for n in (1, 2, 3)}
    [task] = Task.objects.filter(kind="countersign", done_at=None)
    assert task.case_id == grounds[4].case_id
    heard = Notice.objects.exclude(pk__in=before)
    assert [(each.user, each.object_type) for each in heard] == [(cast.aissatou, "arrival")]
    assert listed(client.get(url_of(arrival))) == [[4]]


def test_what_was_decided_meanwhile_or_is_of_another_arrival_signs_nothing(cast: c.Cast) -> None:
    arrival, other = children(cast, 2), children(cast, 1)
    client = sign_in(cast.bineta)
    typed = values_of(client.get(url_of(arrival)).context["form"])
    press(client, reverse("ground_decide", args=[ground_of(arrival, 1).pk]), approve="no")
    foreign = typed | {"ground": [str(ground_of(other, 1).pk), str(ground_of(arrival, 2).pk)]}
    for stale in (typed, foreign):
        answer = client.post(url_of(arrival), stale)
        assert (answer.status_code, "ground" in answer.context["form"].errors) == (200, True)
    assert signed(arrival) == signed(other) == []


def test_whoever_recorded_them_signs_none_and_nobody_else_sees_them(cast: c.Cast) -> None:
    arrival = children(cast, 2)
    for stranger in (cast.aissatou, cast.fatou, cast.elisabeth, cast.ibrahima):
        assert same_as_unknown(sign_in(stranger), "arrival_grounds", arrival.pk)
    with c.acting(), c.transaction.atomic():
        write(Membership(user=cast.aissatou, role="supervisor", since=cast.at - timedelta(days=1)))
    client = sign_in(cast.aissatou)
    page = client.get(url_of(arrival))
    assert (page.status_code, page.context["may_sign"]) == (200, False)
    assert 'type="checkbox"' not in page.content.decode()
    typed = values_of(page.context["form"]) | {"ground": [str(ground_of(arrival, 1).pk)]}
    assert client.post(url_of(arrival), typed).status_code == 403
    assert signed(arrival) == []
    assert Event.objects.using("audit").filter(reason_code="NOT_ALLOWED_SECOND_PERSON").count() == 1


def test_where_a_house_has_no_second_person_the_national_unit_signs_in_codes(cast: c.Cast) -> None:
    arrival = a.open_arrival(cast, 2, by=cast.fatou)
    assert a.enter(cast, arrival, a.line(1), a.line(2), by=cast.fatou).status_code == 302
    url = a.refer_url(cast, arrival, [1, 2], "arrival_ground")
    assert press(sign_in(cast.fatou), url, **a.BEST_INTEREST).status_code == 302
    page = sign_in(cast.bineta).get(url_of(arrival))
    assert listed(page) == [[1, 2]]
    body = page.content.decode()
    assert arrival.reference not in body.replace(" ", "").replace("\xa0", "")
    assert reverse("arrival", args=[arrival.pk]) + '"' not in body
    assert (cast.fatou.name in body, cast.ngo.name in body) == (False, True)
    assert sign(cast.bineta, arrival, [1, 2])["Location"] == reverse("home")
    assert signed(arrival) == [1, 2]
    assert same_as_unknown(sign_in(cast.bineta), "arrival_grounds", arrival.pk), "nothing waits any more"


def test_beyond_what_one_may_open_in_an_hour_nobody_signs_unread(cast: c.Cast, settings: Any) -> None:
    arrival = children(cast, 3)
    settings.RELAIS_REVEALS_PER_HOUR = 1
    client = sign_in(cast.bineta)
    assert listed(client.get(url_of(arrival))) == [[1, 2, 3]]
    assert client.get(url_of(arrival)).status_code == 429
    again = client.post(url_of(arrival), {"ground": "nobody"})
    assert listed(again) == [[1], [2], [3]]
    assert not any(block["reasons"] for block in again.context["alike"])
    assert fr("Countersign those ticked") not in again.content.decode()
    assert signed(arrival) == []
