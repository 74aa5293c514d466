"""The menu says on every page how much waits under supervision, to those whose work it is."""

import re
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from audit import clock
from partners.enums import Role
from partners.models import User
from partners.queries import actor_of
from referral.models import Complaint, Incident
from referral.queries import frame_facts
from tests import cast as c
from tests.referral.ordering import NARROWED, box, checked, recorded
from tests.referral.pages import press, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def said(who: User) -> tuple[int, list[int]]:
    """By the menu of a page that is about something else, and by the page of supervision."""
    client = sign_in(who)
    menu = client.get(reverse("notices")).context["navigation"]
    marked = re.search(r'href="/supervision/"[^>]*>[^<]*<span class="app-count">(\d+)', menu)
    page = client.get(reverse("supervision"))
    counts = [row["count"] for row in page.context["rows"] if row["count"]] if page.status_code == 200 else []
    return int(marked[1]) if marked else 0, counts


def test_orders_to_check_incidents_to_tell_and_complaints_to_look_into_are_counted_for_whose_work_they_are(
    cast: c.Cast,
) -> None:
    everybody = [cast.bineta, cast.ibrahima, cast.khady, cast.aissatou, cast.elisabeth]
    assert [said(who) for who in everybody] == [(0, [])] * 5

    case = c.open_case(cast)
    order = recorded(sign_in(cast.aissatou), case)
    assert [said(who) for who in everybody] == [(1, [1]), (0, []), (0, []), (0, []), (0, [])]

    typed = {"kind": "lost", "story": "canari", "affected": ["adults"], "groups": ["identity"]}
    assert press(sign_in(cast.elisabeth), reverse("incident_new"), **typed).status_code == 302
    assert [said(who) for who in everybody] == [(1, [1]), (1, [1]), (0, []), (0, []), (1, [1])]

    assert press(sign_in(cast.mareme), reverse("complaint_desk"), person=str(cast.khady.pk))
    typed = {"way": "own", "organisation": str(cast.centre.pk), "what": "canari"}
    assert press(sign_in(cast.codou), reverse("complaint_new"), **typed).status_code == 302
    assert [said(who) for who in everybody] == [(1, [1]), (1, [1]), (1, [1]), (0, []), (1, [1])]

    assert checked(sign_in(cast.bineta), order, **NARROWED).status_code == 302
    with c.acting():
        incident, complaint = Incident.objects.get(), Complaint.objects.get()
        incident.authority = "not_needed"
        c.write(incident, fields=["authority"])
        complaint.state, complaint.closed_at = "closed", clock.now()
        c.write(complaint, fields=["state", "closed_at"])
    assert [said(who) for who in everybody] == [(0, [])] * 5


def test_who_recorded_an_order_or_owns_its_file_is_not_told_of_it_by_the_menu(cast: c.Cast) -> None:
    case = c.open_case(cast, by=cast.fatou)  # who supervises, too
    with c.acting(), transaction.atomic():
        second, third = (c.person(n, cast.ngo, Role.SUPERVISOR, at=clock.now()) for n in ("deux", "trois"))
    recorded(sign_in(second), case, silent_until=box(3), silent_by="juge canari")
    assert [said(who) for who in (cast.fatou, second, third)] == [(0, []), (0, []), (1, [1])]


def test_it_costs_no_query_of_its_own(cast: c.Cast, django_assert_num_queries: Any) -> None:
    actor = actor_of(cast.bineta)
    with django_assert_num_queries(1):
        frame_facts(actor, answers=True)
