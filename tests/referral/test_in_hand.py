"""A case that nobody owns: national coordination is its ordinary owner for 72 hours, and hands it on."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from audit import clock
from audit.models import Event
from partners.enums import OrganisationStatus, Role
from partners.models import Membership, User
from partners.templatetags.interface import moment
from referral.enums import CaseAct
from referral.models import Case, CaseGrant, CaseInHand, Notice, Task
from referral.services import messages, sending
from referral.services.clock import run
from tests import cast as c
from tests.referral.pages import later, press, sign_in
from tests.referral.test_duty import away
from tests.world import report

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


@pytest.fixture
def orphan(cast: c.Cast) -> Case:
    """Of the centre, whose caseworker is gone."""
    case = c.open_case(cast, by=cast.daouda)
    leave(cast.daouda)
    return case


def leave(user: User) -> None:
    with c.acting(), transaction.atomic():
        user.refresh_from_db()
        user.is_active = False
        c.write(user, "admin.account", fields=["is_active"])


def page(user: User, case: Case, name: str = "case") -> Any:
    return sign_in(user).get(reverse(name, args=[case.pk]))


def taken(cast: c.Cast, case: Case) -> Any:
    return press(sign_in(cast.ibrahima), reverse("case_in_hand", args=[case.pk]))


def test_lost_loops_lead_to_it_and_the_file_opens_as_its_owner_s(cast: c.Cast, orphan: Case) -> None:
    way = reverse("case_in_hand", args=[orphan.pk])
    lost = sign_in(cast.ibrahima).get(reverse("lost_loops")).content.decode()
    assert f'href="{way}">{CaseAct.TAKE_IN_HAND.label}</a>' in lost
    assert way not in sign_in(cast.elisabeth).get(reverse("lost_loops")).content.decode()
    assert page(cast.ibrahima, orphan).status_code == 404
    assert taken(cast, orphan).headers["Location"] == reverse("case", args=[orphan.pk])
    file = page(cast.ibrahima, orphan)
    assert file.status_code == 200
    assert "referral/case/page.html" in {each.name for each in file.templates}
    orphan.refresh_from_db()
    assert orphan.owner == cast.ibrahima
    hand = CaseInHand.objects.get()
    assert hand.until - hand.taken_at == timedelta(hours=72)
    assert Event.objects.filter(verb="grant", object_id=hand.pk, case_id=orphan.pk).exists()
    [notice] = Notice.objects.filter(user=cast.elisabeth, object_type="task")
    assert (notice.action_needed, notice.due_at) == (True, hand.until)
    until = f"jusqu’au {moment(hand.until)}."
    for reader in (cast.ibrahima, cast.elisabeth):
        assert until in page(reader, orphan).content.decode()
    assert way not in sign_in(cast.ibrahima).get(reverse("lost_loops")).content.decode()


def test_its_holder_does_what_a_caseworker_does_with_this_case_alone(cast: c.Cast, orphan: Case) -> None:
    other = c.open_case(cast)
    taken(cast, orphan)
    for name in (
        "case_edit",
        "consent",
        "ground",
        "case_risk",
        "case_services",
        "case_assign",
        "case_transfer",
    ):
        assert page(cast.ibrahima, orphan, name).status_code == 200, name
    assert page(cast.ibrahima, orphan, "case_close").status_code == 403
    assert page(cast.ibrahima, other).status_code == 404
    # And refers the person, in the name of the organisation whose case it is.
    orphan.refresh_from_db()
    c.agree(cast, orphan, cast.ngo)
    with c.acting(cast.ibrahima) as actor:
        asked = sending.Asked(cast.ngo, "MHPSS", "standard")
        draft = sending.start_draft(orphan.pk, by=actor, at=clock.now(), asked=asked)
    assert draft.referring_organisation == cast.centre
    assert sign_in(cast.ibrahima).get(reverse("referral", args=[draft.pk])).status_code == 200


def test_naming_an_owner_ends_it(cast: c.Cast, orphan: Case) -> None:
    taken(cast, orphan)
    with c.acting(), transaction.atomic():
        new = c.person("nafi", cast.centre, "caseworker", at=clock.now())
    way = reverse("case_assign", args=[orphan.pk])
    named = press(sign_in(cast.ibrahima), way, owner=str(new.pk))
    assert named["Location"] == reverse("home"), "the file has closed to who named somebody"
    orphan.refresh_from_db()
    assert orphan.owner == new
    assert page(new, orphan).status_code == 200
    assert page(cast.ibrahima, orphan).status_code == 404
    assert CaseInHand.objects.get().ended_at is not None
    assert not Task.objects.filter(kind="name_owner", done_at=None).exists()
    assert not CaseGrant.objects.filter(user=cast.ibrahima).exists()


def test_after_72_hours_the_clock_ends_it_and_the_case_is_on_the_report_again(
    cast: c.Cast, orphan: Case
) -> None:
    taken(cast, orphan)
    later(hours=71)
    assert page(cast.ibrahima, orphan).status_code == 200
    later(hours=72)
    assert page(cast.ibrahima, orphan).status_code == 404, "before the clock goes round, too"
    before = Notice.objects.filter(user=cast.elisabeth).count()
    with c.acting():
        assert run("hands", clock.now()) == 1
        assert run("hands", clock.now()) == 0
    assert Notice.objects.filter(user=cast.elisabeth).count() == before + 1
    assert Task.objects.get(kind="name_owner").done_at is None
    assert not Task.objects.filter(owner=cast.ibrahima, case=orphan, done_at=None).exists()
    way = reverse("case_in_hand", args=[orphan.pk])
    assert way in sign_in(cast.ibrahima).get(reverse("lost_loops")).content.decode()
    assert taken(cast, orphan).status_code == 302


def test_a_case_that_somebody_owns_is_like_none_and_others_take_nothing(cast: c.Cast, orphan: Case) -> None:
    owned = c.open_case(cast)
    assert page(cast.ibrahima, owned, "case_in_hand").status_code == 404
    for who in ("aissatou", "bineta", "elisabeth", "khady", "gora", "mareme"):
        assert page(cast.people[who], orphan, "case_in_hand").status_code == 403, who
    taken(cast, orphan)
    assert page(cast.ibrahima, orphan, "case_in_hand").status_code == 404


def test_a_suspended_house_leaves_its_cases_to_coordination(cast: c.Cast) -> None:
    case = c.open_case(cast, by=cast.daouda)
    assert page(cast.ibrahima, case, "case_in_hand").status_code == 404
    with c.acting(), transaction.atomic():
        cast.centre.refresh_from_db()
        cast.centre.status = OrganisationStatus.SUSPENDED
        c.write(cast.centre, fields=["status"])
    assert taken(cast, case).status_code == 302


def test_a_report_that_nobody_takes_in_within_a_day(cast: c.Cast) -> None:
    case = report(cast)
    assert page(cast.ibrahima, case, "case_in_hand").status_code == 404
    later(hours=25)
    assert taken(cast, case).status_code == 302
    case.refresh_from_db()
    assert (case.owner, case.state) == (cast.ibrahima, "screening")
    assert Task.objects.filter(case=case, kind="first_step", owner=cast.ibrahima, done_at=None).exists()


def test_the_same_hand_takes_it_again_before_the_clock_has_gone_round(cast: c.Cast, orphan: Case) -> None:
    taken(cast, orphan)
    later(hours=73)
    assert page(cast.ibrahima, orphan).status_code == 404
    assert taken(cast, orphan).status_code == 302
    assert page(cast.ibrahima, orphan).status_code == 200
    assert CaseInHand.objects.filter(ended_at=None).count() == 1
    assert Task.objects.filter(case=orphan, kind="name_owner", done_at=None).count() == 1


def test_other_seats_of_the_coordinator_keep_nothing_open_after_72_hours(cast: c.Cast, orphan: Case) -> None:
    with c.acting(), transaction.atomic():
        c.write(Membership(user=cast.ibrahima, role=Role.CASEWORKER, since=cast.at))
    taken(cast, orphan)
    away(cast.bineta, cast.ibrahima, cast.aissatou)
    assert page(cast.ibrahima, orphan).status_code == 200
    assert page(cast.aissatou, orphan).status_code == 404, "whoever stands in has not taken it"
    later(hours=73)
    for name in ("case", "case_edit", "case_services"):
        assert page(cast.ibrahima, orphan, name).status_code == 404, name


def test_what_is_written_to_the_other_side_comes_from_the_house_whose_case_it_is(
    cast: c.Cast, orphan: Case
) -> None:
    taken(cast, orphan)
    orphan.refresh_from_db()
    referral = c.sent(cast, orphan, to=cast.other_centre)
    with c.acting(cast.ibrahima) as actor:
        message = messages.write_message(referral.pk, by=actor, at=clock.now(), kind="call_me")
    assert (message.from_organisation, message.written_by) == (cast.centre, cast.ibrahima)
