"""A group of emergencies at a silent desk: one call for all, and nobody is left over when another is heard."""

import re

import pytest
from django.urls import reverse

from audit import clock
from partners.enums import Role
from referral.models import Case, GroupReferral, Notice, Referral, Task
from referral.services import cases
from tests import cast as c
from tests.referral import arrivals as a
from tests.referral.pages import act, press, sign_in
from tests.referral.passing import rounds

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def calls(kind: str) -> list[tuple[int, bool]]:
    """The calls of a kind so far, by slip, and whether they are still to be made."""
    in_order = Task.objects.filter(kind=kind).order_by("made_at", "referral__case__slip__number")
    rows = in_order.select_related("referral__case__slip")
    return [(task.referral.case.slip.number, task.done_at is None) for task in rows if task.referral]


def test_of_a_silent_group_one_call_asks_the_next_desk_for_all_of_them(cast: c.Cast) -> None:
    arrival, emergency = a.arrived(cast, *(a.line(n) for n in (1, 2, 3))), {"urgency": "emergency"}
    a.ground(cast, arrival, [1, 2, 3])
    assert a.send(cast, arrival, [1, 2, 3], emergency).status_code == 302
    assert calls("call_desk") == [(1, True)]
    rounds(0.6)
    assert calls("next_candidate") == [(1, True)]
    assert Notice.objects.filter(object_type="task", rung=None).count() == 1
    task, client = Task.objects.get(kind="next_candidate"), sign_in(cast.aissatou)
    page = client.get(reverse("task_done", args=[task.pk]))
    [found] = page.context["found"]
    assert found["organisation"] == cast.other_centre
    to_other = emergency | {"to": str(cast.other_centre.pk)}
    assert a.ground(cast, arrival, [1, 2, 3], **to_other).status_code == 302
    checked = client.get(found["url"])
    assert [each["number"] for each in checked.context["ready"]] == [1, 2, 3]
    assert press(client, found["url"]).status_code == 302
    further = GroupReferral.objects.get(receiving_organisation=cast.other_centre)
    parents = Referral.objects.filter(children__group_referral=further)
    assert {(row.state, row.group_referral_id) for row in parents} == {("sent", further.parent_id)}
    assert [each for kind in ("call_desk", "next_candidate") for each in calls(kind)] == [
        (1, False),
        (1, True),
        (1, False),
    ]
    rounds(1.0, since=0.6)
    assert calls("next_candidate") == [(1, False)], "nobody is asked twice for those who were sent on"
    rounds(1.3, since=1.0)
    assert calls("next_candidate") == [(1, False), (1, True)]


def test_where_the_first_of_a_silent_group_leaves_the_others_are_not_forgotten(cast: c.Cast) -> None:
    arrival = a.arrived(cast, a.line(1), a.line(2, triage="emergency"), a.line(3, triage="emergency"))
    group = a.sent(cast, arrival, [1, 2, 3])
    assert calls("call_desk") == [(2, True)], "one file makes it an emergency"
    rounds(0.6)
    assert calls("next_candidate") == [(2, True)]
    first = group.referrals.get(case__slip__number=2)
    assert act(cast.aissatou, first, "withdraw", reason_code="OTHER_SOLUTION").status_code == 302
    rounds(0.9, since=0.6)
    assert calls("next_candidate") == [(2, False), (3, True)]


def silent_group(cast: c.Cast) -> tuple[GroupReferral, dict[int, Referral]]:
    """Three emergencies sent in one act, and the referral of each slip."""
    arrival = a.arrived(cast, *(a.line(n) for n in (1, 2, 3)))
    a.ground(cast, arrival, [1, 2, 3])
    assert a.send(cast, arrival, [1, 2, 3], {"urgency": "emergency"}).status_code == 302
    group = GroupReferral.objects.get()
    return group, {row.case.slip.number: row for row in group.referrals.select_related("case__slip")}


def of_kind(kind: str, row: Referral) -> str:
    return reverse("task_done", args=[Task.objects.get(kind=kind, referral=row).pk])


def test_what_is_heard_of_one_of_a_group_leaves_the_others_to_be_called(cast: c.Cast) -> None:
    """A yes for the first, nobody answers for the second, whose next desk is then done with nobody referred."""
    _group, rows = silent_group(cast)
    client = sign_in(cast.aissatou)

    def listed(kind: str, number: int) -> list[int]:
        page = client.get(of_kind(kind, rows[number]))
        text = page.content.decode()
        assert page.context.get("said", []) == [], "no button says for whom it is"
        for each in page.context["unheard"]:
            assert all(f'href="{url}"' in text for url, _words in each["said"])
            assert "9" in each["who"]
        urls = [each["said"][0][0] for each in page.context["unheard"]]
        return [number for url in urls for number, row in rows.items() if str(row.pk) in url]

    assert listed("call_desk", 1) == [1, 2, 3]
    answer = act(cast.aissatou, rows[1], "record_telephone_answer", yes="yes", said_by="Mme Sarr")
    assert answer.status_code == 302
    assert calls("call_desk") == [(1, False), (2, True)], "at once: one is on the telephone"
    assert (listed("call_desk", 1), listed("call_desk", 2)) == ([2, 3], [2, 3])
    rounds(0.2, every=0.1)
    assert (calls("call_desk"), calls("next_candidate")) == ([(1, False), (2, True)], [])
    following = press(client, of_kind("call_desk", rows[2]))
    assert following.url == of_kind("next_candidate", rows[2])
    assert listed("next_candidate", 2) == [2, 3]
    [found] = client.get(following.url).context["found"]
    assert re.findall(r"[?&]n=(\d+)", found["url"]) == ["2", "3"], "a place is held for the first"
    assert press(client, following.url, note="Rien").status_code == 302
    rounds(0.7, since=0.2)
    assert calls("next_candidate") == [(2, False), (3, True)]
    act(cast.aissatou, rows[3], "record_telephone_answer", yes="no", said_by="Mme Sarr")
    rounds(0.9, since=0.7)
    assert calls("next_candidate") == [(2, False), (3, True)], "a no leads to the next desk, once"


def test_the_call_of_a_group_passes_on_when_its_first_leaves_and_to_each_caseworker_her_own(
    cast: c.Cast,
) -> None:
    _group, rows = silent_group(cast)
    assert act(cast.aissatou, rows[1], "withdraw", reason_code="OTHER_SOLUTION").status_code == 302
    rounds(0.1, every=0.1)
    assert (calls("call_desk"), calls("next_candidate")) == ([(1, False), (2, True)], [])
    heard = Notice.objects.filter(object_id=Task.objects.get(kind="call_desk", done_at=None).pk)
    assert [notice.user for notice in heard] == [cast.aissatou]
    with c.acting(), c.transaction.atomic():
        jules = c.person("jules", cast.unit, Role.CASEWORKER, at=cast.at)
    with c.acting(cast.bineta) as actor:
        case = Case.objects.get(pk=rows[3].case_id)
        cases.assign_owner(case.pk, by=actor, at=clock.now(), version=case.version, owner_id=jules.pk)
    rounds(0.2, since=0.1, every=0.1)
    assert calls("call_desk") == [(1, False), (2, True), (3, True)]
    rounds(0.7, since=0.2)
    owners = Task.objects.filter(kind="next_candidate", done_at=None).order_by("referral__seq")
    assert [task.owner for task in owners] == [cast.aissatou, jules]
