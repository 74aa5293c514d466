"""Who stands beside a child: trusted only when a second person has found them safe, barred at once when suspected."""

import re
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from audit import clock
from audit.models import Event
from audit.rows import write
from referral.disclosure import purpose_of
from referral.guardians import WAY_OUT, Relation, Standing, barred, family_may_receive, is_more_careful
from referral.lifecycle import FAMILY_ASSESSED
from referral.models import Case, Consent, ConsentTalk, Guardian, Notice, Referral, Task
from tests import cast as c
from tests.referral.pages import act, leaked, press, sign_in
from tests.referral.story import fr, said
from tests.referral.test_consent_talk import CLEAR, shown, talks

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

NAME = "Tante Canari"


def beside(cast: c.Cast, case: Case, relation: str = Relation.MOTHER, **typed: Any) -> Guardian:
    url = reverse("guardian_new", args=[case.pk])
    done = press(sign_in(cast.aissatou), url, relation=relation, name=NAME, **typed)
    assert done.status_code == 302, said(done)
    return Guardian.objects.latest("added_at")


def says(cast: c.Cast, guardian: Guardian, standing: str, who: str = "aissatou") -> Any:
    page = "guardian_standing" if who == "aissatou" else "guardian_decide"
    url = reverse(page, args=[guardian.pk])
    done = press(sign_in(cast.people[who]), url, standing=standing, reason="raison canari")
    guardian.refresh_from_db()
    return done


def found_safe(cast: c.Cast, case: Case, relation: str = Relation.MOTHER) -> Guardian:
    guardian = beside(cast, case, relation)
    says(cast, guardian, Standing.ASSESSED_SAFE)
    says(cast, guardian, Standing.ASSESSED_SAFE, who="bineta")
    assert guardian.standing == Standing.ASSESSED_SAFE
    return guardian


# --- the rule


def test_care_holds_at_once_and_trust_waits() -> None:
    assert is_more_careful(Standing.SUSPECTED, Standing.ASSESSED_SAFE)
    assert is_more_careful(Standing.NOT_ASSESSED, Standing.ASSESSED_SAFE)
    assert not is_more_careful(Standing.ASSESSED_SAFE, Standing.NOT_ASSESSED)
    assert not is_more_careful(Standing.NOT_ASSESSED, Standing.SUSPECTED)


@pytest.mark.parametrize("relation", Relation)
@pytest.mark.parametrize(
    ("standing", "appointed", "may"),
    [
        (Standing.NOT_ASSESSED, False, False),
        (Standing.NOT_ASSESSED, True, False),  # the paper is read by a second person
        (Standing.ASSESSED_SAFE, False, True),
        (Standing.SUSPECTED, False, False),
        (Standing.SUSPECTED, True, False),
    ],
)
def test_who_may_agree_for_the_child(relation: str, standing: str, appointed: bool, may: bool) -> None:
    on = clock.now().date() if appointed else None
    assert (barred(Guardian(relation=relation, standing=standing, appointed_on=on)) is None) == may


@pytest.mark.parametrize(
    ("family", "may"),
    [
        ([], False),
        ([(Relation.MOTHER, Standing.NOT_ASSESSED)], False),
        ([(Relation.MOTHER, Standing.ASSESSED_SAFE)], True),
        ([(Relation.MOTHER, Standing.ASSESSED_SAFE), (Relation.FATHER, Standing.NOT_ASSESSED)], True),
        ([(Relation.MOTHER, Standing.ASSESSED_SAFE), (Relation.FATHER, Standing.SUSPECTED)], False),
        # The master who is suspected keeps no child from a family that is safe; but is himself no family.
        ([(Relation.MOTHER, Standing.ASSESSED_SAFE), (Relation.MASTER, Standing.SUSPECTED)], True),
        ([(Relation.MASTER, Standing.ASSESSED_SAFE)], False),
        ([(Relation.EMPLOYER, Standing.ASSESSED_SAFE)], False),
    ],
)
def test_to_whom_a_child_may_come_home(family: list[tuple[str, str]], may: bool) -> None:
    assert family_may_receive(family) == may


# --- written down, assessed, decided


def test_somebody_is_written_down_not_assessed_and_read_by_name_in_an_event(
    cast: c.Cast, one_connection: None
) -> None:
    case = c.open_case(cast)
    guardian = beside(cast, case)
    assert guardian.standing == Standing.NOT_ASSESSED
    listed = sign_in(cast.bineta).get(reverse("guardians", args=[case.pk]))
    assert NAME in listed.content.decode()
    looks = Event.objects.using("audit").filter(object_id=guardian.pk, verb="reveal", actor_id=cast.bineta.pk)
    assert looks.get().fields == ["name", "phone"]
    read = sign_in(cast.bineta).get(reverse("case_looks", args=[case.pk])).content.decode()
    assert fr("%(fields)s (of a parent or guardian)").partition("%(fields)s")[2] in read, "not of the child"
    on_file = sign_in(cast.bineta).get(reverse("case", args=[case.pk])).content.decode()
    assert NAME not in on_file
    assert fr("Mother") in on_file


def test_what_is_known_is_corrected_and_a_stale_form_changes_nothing(cast: c.Cast) -> None:
    guardian = beside(cast, c.open_case(cast))
    url = reverse("guardian_edit", args=[guardian.pk])
    assert press(sign_in(cast.aissatou), url, phone="77 000 00 98", name="Mère Canari").status_code == 302
    assert press(sign_in(cast.aissatou), url, name="Autre", version="1").context["form"].stale
    with c.acting():
        found = Guardian.objects.get(pk=guardian.pk)
        assert (found.name, found.phone) == ("Mère Canari", "77 000 00 98")


def test_a_second_person_decides_that_somebody_is_safe(cast: c.Cast) -> None:
    guardian = beside(cast, c.open_case(cast))
    says(cast, guardian, Standing.ASSESSED_SAFE)
    assert guardian.standing == Standing.NOT_ASSESSED  # until somebody else has said so
    task = Task.objects.get(kind="assess_guardian")
    assert Notice.objects.filter(user=cast.bineta, object_id=task.case_id).exists()
    url = reverse("guardian_decide", args=[guardian.pk])
    assert sign_in(cast.aissatou).get(url).status_code == 404
    page = sign_in(cast.bineta).get(url)
    assert "canari" not in page.content.decode().lower()
    assert press(sign_in(cast.bineta), url, standing="assessed_safe", reason="").context["form"].errors
    says(cast, guardian, Standing.ASSESSED_SAFE, who="bineta")
    task.refresh_from_db()
    assert (guardian.standing, guardian.decided_by, guardian.proposed) == ("assessed_safe", cast.bineta, "")
    assert (task.result, task.done_by) == ("assessed_safe", cast.bineta)


def test_what_is_written_of_a_suspicion_is_masked_until_somebody_says_why(cast: c.Cast) -> None:
    """On the answer alone, with the reason in the event; on the screen of a talk the suspicion itself can be masked."""
    case = c.open_case(cast)
    father = beside(cast, case, Relation.FATHER)
    says(cast, father, Standing.SUSPECTED)
    supervisor, url = sign_in(cast.bineta), reverse("guardian_decide", args=[father.pk])
    opening = reverse("guardian_reason", args=[father.pk])
    for answer in (supervisor.get(url), supervisor.post(opening), supervisor.post(opening, {"reason": "x"})):
        assert (answer.status_code, "raison canari" in answer.content.decode()) == (200, False)
        assert opening in answer.content.decode()
    assert fr("Why this question?") not in supervisor.get(url).content.decode()
    looks = Event.objects.using("audit").filter(object_id=father.pk, verb="reveal", actor_id=cast.bineta.pk)
    assert not looks.exists()
    opened = supervisor.post(opening, {"reason": "supervise"}).content.decode()
    assert ("raison canari" in opened, NAME in opened) == (True, False)
    assert (looks.get().fields, looks.get().scope) == (["reason"], "supervise")
    assert f'action="{url}"' in opened  # the decision goes where decisions go
    assert sign_in(cast.aissatou).post(opening, {"reason": "care"}).status_code == 404
    with translation.override("fr"):
        sentence = re.escape(str(barred(father)))
    for page in (shown(cast, case), sign_in(cast.aissatou).get(reverse("guardians", args=[case.pk]))):
        assert re.search(rf'class="[^"]*app-pii[^"]*">{sentence}', page.content.decode())
    for page in (
        supervisor.get(url),
        sign_in(cast.aissatou).get(reverse("guardian_standing", args=[father.pk])),
    ):
        assert f'<span class="app-pii">{fr("Suspected")}</span>' in page.content.decode()


def test_nobody_decides_on_what_they_have_said_themselves(cast: c.Cast) -> None:
    """One person who holds every role of a small organisation asks the national unit, which reads no name."""
    case = c.open_case(cast, by=cast.fatou)
    browser = sign_in(cast.fatou)
    press(browser, reverse("guardian_new", args=[case.pk]), relation="father", name=NAME)
    guardian = Guardian.objects.get(case=case)
    press(
        browser, reverse("guardian_standing", args=[guardian.pk]), standing="assessed_safe", reason="canari"
    )
    url = reverse("guardian_decide", args=[guardian.pk])
    assert not browser.get(url).context["second"]
    assert press(browser, url, standing="assessed_safe", reason="canari").status_code == 403
    guardian.refresh_from_db()
    assert guardian.standing == Standing.NOT_ASSESSED
    assert Event.objects.using("audit").filter(reason_code="NOT_ALLOWED_SECOND_PERSON").exists()
    assert sign_in(cast.elisabeth).get(url).status_code == 404
    notice = Notice.objects.get(user=cast.bineta, object_id=case.pk)
    assert sign_in(cast.bineta).get(reverse("notice", args=[notice.pk])).url == url
    asked = sign_in(cast.bineta).get(url)
    assert (NAME in asked.content.decode(), leaked(asked)) == (False, [])
    assert says(cast, guardian, Standing.ASSESSED_SAFE, who="bineta").status_code == 302
    assert guardian.decided_by == cast.bineta
    assert sign_in(cast.bineta).get(url).status_code == 404  # asked no more


def test_the_database_itself_wants_a_second_person(cast: c.Cast) -> None:
    case = c.open_case(cast)
    for wrong in (
        {"standing": "assessed_safe"},
        {"standing": "assessed_safe", "said_by": cast.bineta, "decided_by": cast.bineta},
        {"relation": "ad_hoc"},
        {"court": cast.court},
    ):
        with c.acting(cast.aissatou), pytest.raises(IntegrityError), transaction.atomic():
            write(Guardian(case=case, added_at=clock.now(), **{"relation": "mother"} | wrong))


def test_a_guardian_appointed_by_a_court_has_its_date_and_may_agree(cast: c.Cast) -> None:
    case = c.open_case(cast)
    form = {"relation": "ad_hoc", "name": NAME}
    url = reverse("guardian_new", args=[case.pk])
    wrong = press(sign_in(cast.aissatou), url, **form).context["form"]
    assert set(wrong.errors) == {"court", "appointed_on"}
    today = clock.now().date()
    day = {f"appointed_on_{part}": str(getattr(today, part)) for part in ("day", "month", "year")}
    guardian = beside(cast, case, "ad_hoc", court=str(cast.court.pk), **day)
    told = talks(cast, case, **CLEAR, assent="oui canari", guardian=str(guardian.pk))
    assert told.status_code == 200  # the paper is read by a second person
    assert not Consent.objects.exists()
    says(cast, guardian, Standing.ASSESSED_SAFE)
    says(cast, guardian, Standing.ASSESSED_SAFE, who="bineta")
    assert talks(cast, case, **CLEAR, assent="oui canari", guardian=str(guardian.pk)).status_code == 302
    assert ConsentTalk.objects.get(case=case).guardian == guardian


def test_an_adult_has_no_guardian(cast: c.Cast) -> None:
    case = c.open_case(cast, age_status="adult", age_band="21-29")
    assert (
        press(sign_in(cast.aissatou), reverse("guardian_new", args=[case.pk]), relation="mother")
        .context["form"]
        .errors
    )
    assert not Guardian.objects.exists()


# --- scenario: a suspected parent


def test_the_talk_refuses_a_suspected_parent_with_why_and_the_way_out(cast: c.Cast) -> None:
    case = c.open_case(cast)
    father = beside(cast, case, Relation.FATHER)
    for standing in (Standing.NOT_ASSESSED, Standing.SUSPECTED):
        if standing == Standing.SUSPECTED:
            says(cast, father, standing)
            assert father.standing == Standing.SUSPECTED  # at once: nobody waits with a suspicion
        page = shown(cast, case)
        (row,) = page.context["guardians"]
        assert row["barred"]
        assert f'value="{father.pk}"' not in page.content.decode()  # not even offered
        told = talks(cast, case, **CLEAR, assent="non canari", guardian=str(father.pk))
        assert str(row["barred"]) in said(told)
        with translation.override("fr"):
            assert str(WAY_OUT) in said(told)
        assert not Consent.objects.exists()
    refused = Event.objects.using("audit").filter(reason_code="NOT_POSSIBLE_GUARDIAN", case_id=case.pk)
    assert refused.count() == 2
    # The way out: without him, on what the child says and the ground of child protection.
    assert talks(cast, case, **CLEAR, assent="non canari", guardian="nobody").status_code == 302


def test_a_guardian_of_another_file_is_no_answer(cast: c.Cast) -> None:
    stranger = found_safe(cast, c.open_case(cast))
    case = c.open_case(cast)
    told = talks(cast, case, **CLEAR, assent="oui canari", guardian=str(stranger.pk))
    assert set(told.context["form"].errors) == {"guardian"}


def test_a_suspicion_that_comes_later_opens_an_objection_to_what_was_agreed(cast: c.Cast) -> None:
    """As a child's objection: nothing moves until a supervisor has decided."""
    case = c.open_case(cast)
    mother = found_safe(cast, case)
    assert talks(cast, case, **CLEAR, assent="oui canari", guardian=str(mother.pk)).status_code == 302
    referral = c.drafted(cast, case)
    act(cast.aissatou, referral, "send")
    referral.refresh_from_db()
    assert referral.state == "sent"
    says(cast, mother, Standing.SUSPECTED)
    task = Task.objects.get(kind="objection", case=case)
    referral.refresh_from_db()
    assert referral.state == "sent"
    page = sign_in(cast.bineta).get(reverse("objection", args=[task.pk]))
    assert (
        fr("A guardian who had agreed, or the family of the child, is suspected now.")
        in page.content.decode()
    )
    says(cast, mother, Standing.SUSPECTED, who="bineta")  # confirmed: the objection is there already
    assert Task.objects.filter(kind="objection", case=case).count() == 1
    press(sign_in(cast.bineta), reverse("objection", args=[task.pk]), uphold="yes")
    referral.refresh_from_db()
    assert referral.state == "withdrawn"


# --- a return to the family


def to_family(cast: c.Cast, case: Case, service: str) -> Referral:
    with c.acting(), transaction.atomic():
        c.offer(cast.centre, service)
    c.agree(cast, case, cast.centre, purpose=purpose_of(cast.centre.kind, service))
    return c.drafted(cast, case, service=service)


def refused(cast: c.Cast, referral: Referral, action: str, who: str = "aissatou") -> bool:
    answer = sign_in(cast.people[who]).get(reverse("referral_act", args=[referral.pk, action]))
    return FAMILY_ASSESSED.sentence in answer.context["unmet"]


def test_a_child_is_brought_to_no_family_that_was_not_found_safe(cast: c.Cast) -> None:
    case = c.open_case(cast)
    assert refused(cast, to_family(cast, case, "MEDIATION"), "send")
    referral = to_family(cast, case, "REUNIF")
    mother = beside(cast, case)
    for standing in (None, Standing.SUSPECTED):
        if standing:
            says(cast, mother, standing)
        assert refused(cast, referral, "send")
    says(cast, mother, Standing.ASSESSED_SAFE)
    says(cast, mother, Standing.ASSESSED_SAFE, who="bineta")
    assert act(cast.aissatou, referral, "send").status_code == 302
    referral.refresh_from_db()
    assert referral.state == "sent"
    # Suspected while it waits: nobody accepts it any more, and a supervisor is asked.
    says(cast, mother, Standing.SUSPECTED)
    assert refused(cast, referral, "accept", who="codou")
    assert Task.objects.filter(kind="objection", case=case).count() == 1


def test_looking_for_a_family_and_an_adults_own_return_need_no_assessment(cast: c.Cast) -> None:
    adult = c.open_case(cast, age_status="adult", age_band="21-29")
    for case, service in ((c.open_case(cast), "TRACE"), (adult, "REUNIF")):
        referral = to_family(cast, case, service)
        assert act(cast.aissatou, referral, "send").status_code == 302
