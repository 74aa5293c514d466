"""Ways in which somebody once got further than they should; each was tried for real and must stay shut."""

from collections.abc import Mapping
from uuid import uuid4

import pytest
from django.test import Client

from audit import clock
from audit.models import Event
from partners.models import User
from referral.enums import TaskKind
from referral.models import CustodyTitle, Person, Referral, ReferralGrant, SafetyExtract, Task
from referral.policy import NotAllowed
from referral.queries import basis_live
from referral.services import basis, care, cases, custody, sending, withdrawing
from referral.services.steps import NotVisible
from tests import canary
from tests import cast as c

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="partners.backends.Backend")
    return client


def correct(cast: c.Cast, referral: Referral, **values: object) -> None:
    with c.acting(cast.aissatou) as actor:
        version = Person.objects.get(case=referral.case_id).version
        cases.correct_person(referral.case_id, by=actor, at=clock.now(), version=version, values=values)


def test_the_extract_is_what_was_shared_and_not_what_the_file_says_now(cast: c.Cast) -> None:
    """She changed her safe contact because of this very house."""
    case = c.open_case(cast, age_status="adult", age_band="21-29", health="asthme")
    girls = cast.girls.site.places.get(group="women")
    referral = c.started(cast, c.accepted(cast, c.sent(cast, case), places=girls))
    correct(
        cast,
        referral,
        health="santé nouvelle",
        safe_contact={"channels": {"phone": True}, "words": "refuge neuf"},
    )
    with c.acting(cast.aissatou) as actor:
        basis.withdraw_consent(
            referral.case_id,
            by=actor,
            at=clock.now(),
            recipient_id=cast.centre.pk,
            purpose="services",
            person_is_safe=True,
        )
    with c.acting():
        payload: Mapping[str, object] = SafetyExtract.objects.get(referral=referral).payload
        text = repr(payload).encode()
    assert canary.found(["santé nouvelle", "refuge neuf", c.SECRETS["phone"]], text) == []
    assert canary.found(["asthme"], text) == ["asthme"]


def test_a_ground_that_protects_a_child_covers_no_adult(cast: c.Cast) -> None:
    case = c.open_case(cast, age_status="unknown", age_band="unknown")
    with c.acting(cast.aissatou) as actor:
        basis.record_ground(
            case.pk,
            by=actor,
            at=clock.now(),
            code="child_protection",
            recipient=cast.centre,
            purpose="services",
            groups=["identity", "needs"],
            reason="motif",
            best_interest={"safety": "a", "view": "b", "guardian": "c"},
        )
    draft = c.drafted(cast, case)
    with c.acting(cast.aissatou) as actor:
        referral = sending.send_referral(draft.pk, by=actor, at=clock.now(), version=draft.version)
    assert basis_live(referral, clock.now())
    with c.acting(cast.bineta) as actor:
        version = Person.objects.get(case=case).version
        cases.decide_age(
            case.pk, by=actor, at=clock.now(), version=version, age_status="adult", age_band="21-29"
        )
    assert not basis_live(referral, clock.now())


def test_an_arrival_elsewhere_does_not_silence_the_alert_of_a_missing_child(cast: c.Cast) -> None:
    case = c.open_case(cast)
    missing = c.accepted(cast, c.sent(cast, case), expected_arrival_at=clock.now())
    with c.acting(cast.codou) as actor:
        at = clock.now()
        care.record_no_show(
            missing.pk,
            by=actor,
            at=at,
            version=missing.version,
            occurred_at=at,
            reason_code="NOT_ARRIVED",
            called=True,
        )
    arrived = c.accepted(cast, c.sent(cast, case, service="SHELTER_TRANSIT"))
    c.started(cast, arrived)
    assert Task.objects.get(kind=TaskKind.CALL_BACK, referral=missing).done_at is None


def test_a_replacement_that_is_thrown_away_reopens_the_search(cast: c.Cast) -> None:
    declined = c.declined(cast)
    with c.acting(cast.aissatou) as actor:
        asked = sending.Asked(cast.other_centre, "SHELTER_EMERG", "urgent")
        draft = sending.redirect(declined.pk, by=actor, at=clock.now(), asked=asked)
    assert not ReferralGrant.objects.filter(content_object=declined, side="coordinating").exists()
    with c.acting(cast.aissatou) as actor:
        withdrawing.withdraw_referral(draft.pk, by=actor, at=clock.now(), reason_code="ERROR")
    assert ReferralGrant.objects.filter(content_object=declined, side="coordinating").exists()
    assert Task.objects.filter(kind=TaskKind.REDIRECT, referral=declined, done_at=None).exists()


def test_who_records_an_objection_does_not_decide_it(cast: c.Cast) -> None:
    case = c.open_case(cast, by=cast.fatou)
    c.agree(cast, case, cast.centre)
    with c.acting(cast.fatou) as actor:
        basis.withdraw_consent(
            case.pk,
            by=actor,
            at=clock.now(),
            recipient_id=cast.centre.pk,
            purpose="services",
            person_is_safe=True,
        )
    task = Task.objects.get(kind=TaskKind.OBJECTION)
    assert task.organisation == cast.unit  # the only supervisor of her NGO is herself
    with c.acting(cast.fatou) as actor, pytest.raises((NotAllowed, NotVisible)):
        withdrawing.decide_objection(task.pk, by=actor, at=clock.now(), version=task.version, uphold=False)
    assert (
        task.case.reference not in client_of(cast.bineta).get(f"/tasks/{task.pk}/objection/").content.decode()
    )
    assert not cast.bineta.notices.filter(reference=case.reference).exists()
    with c.acting(cast.bineta) as actor:
        withdrawing.decide_objection(task.pk, by=actor, at=clock.now(), version=task.version, uphold=True)


def test_a_lifted_title_is_nobody_s_to_read_or_confirm(cast: c.Cast) -> None:
    case = c.open_case(cast)
    for action in ("order", "lift"):
        with c.acting(cast.aissatou) as actor:
            title = custody.enter_title(
                case.pk,
                by=actor,
                at=clock.now(),
                action=action,
                court=cast.court,
                number="7",
                name_on_order="Nom Canari",
                issued_on=None,
                ends_at=None,
            )
    assert CustodyTitle.objects.get().state == "lifted"
    assert client_of(cast.habib).get(f"/titles/{title.pk}/").status_code == 404
    with c.acting(cast.habib) as actor, pytest.raises(NotVisible):
        custody.confirm_title(title.pk, by=actor, at=clock.now(), version=title.version)


def test_a_hidden_row_and_an_absent_one_leave_alike_events(cast: c.Cast) -> None:
    case = c.open_case(cast)
    client = client_of(cast.ousmane)
    for pk in (case.pk, uuid4()):
        assert client.get(f"/cases/{pk}/").status_code == 404
        event = Event.objects.using("audit").order_by("-seq").first()
        assert event is not None
        assert (event.outcome, event.reason_code, event.object_id) == ("denied", "NOT_VISIBLE", pk)


def test_the_key_of_one_act_does_not_report_another_done(cast: c.Cast) -> None:
    referral = c.sent(cast)
    client, key = client_of(cast.codou), str(uuid4())
    page = f"/referrals/{referral.pk}"
    assert client.post(f"{page}/acknowledge/", {"key": key, "version": referral.version}).status_code == 302
    form = {"key": key, "version": referral.version + 1, "reason_code": "OUT_OF_AREA", "reason": ""}
    assert client.post(f"{page}/decline/", form).status_code == 302
    assert Referral.objects.get(pk=referral.pk).state == "declined"
