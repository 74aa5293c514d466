"""The sender's pages: who could receive, exactly what is shared, what stands against sending, the next provider."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from audit import clock
from audit.models import Event
from partners.enums import OrganisationKind, PersonGroup, Role
from partners.models import Membership, Organisation, Places, Site
from referral.enums import GroundCode, Purpose
from referral.models import Placement, Referral, Snapshot, Task
from referral.services import basis, cases
from tests import cast as c
from tests.referral.pages import act, act_url, leaked, page_of, press, sign_in, values_of
from tests.referral.story import fr

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def check_url(referral: Referral) -> str:
    return reverse("referral_check", args=[referral.pk])


def refer_url(case: c.Case, **need: str) -> str:
    asked = "&".join(
        f"{k}={v}" for k, v in ({"service": "SHELTER_EMERG", "urgency": "urgent"} | need).items()
    )
    return f"{reverse('case_refer', args=[case.pk])}?{asked}"


def offered(page) -> list[Organisation]:  # type: ignore[no-untyped-def]
    return [each.organisation for each in page.context["staffed"]]


# --- Who could receive ---------------------------------------------------------------------------------------
def test_only_those_who_offer_the_service_and_receive_such_people_are_shown(cast: c.Cast) -> None:
    case = c.open_case(cast)
    page = sign_in(cast.aissatou).get(refer_url(case))
    assert offered(page) == [cast.centre, cast.other_centre], "the one with a place first"
    assert offered(sign_in(cast.aissatou).get(refer_url(case, service="MHPSS"))) == [], "takes no children"


def test_full_stale_and_unstaffed_are_told_in_words(cast: c.Cast) -> None:
    with c.acting(), c.transaction.atomic():
        full = c.organisation("Centre complet", OrganisationKind.RECEPTION_CENTRE, cast.region)
        c.person("penda", full, Role.FOCAL_POINT, at=cast.at)
        site = Site(organisation=full, name="Maison P", region=cast.region)
        c.write(site)
        old = cast.at - timedelta(days=9)
        c.write(Places(site=site, group=PersonGroup.GIRLS, capacity=1, occupied=1, confirmed_at=old))
        nobody = c.organisation("Foyer désert", OrganisationKind.RECEPTION_CENTRE, cast.region)
        for organisation in (full, nobody):
            c.offer(organisation, "SHELTER_EMERG")
    case = c.open_case(cast)
    page = sign_in(cast.aissatou).get(refer_url(case))
    assert full not in offered(page)
    [other] = page.context["others"]
    assert (other["name"], other["why"]) == (full.name, fr("Full"))
    # It may take somebody above its number: whoever asks all the same reads what stands against it.
    asked = sign_in(cast.aissatou).get(other["ask_url"])
    assert offered(asked)[0] == full
    assert asked.context["rows"][0]["to_mind"][0] == fr("Full")
    assert asked.context["staffed"][0].places[0].stale
    assert [each.organisation for each in page.context["to_telephone"]] == [nobody]
    answer = sign_in(cast.aissatou).post(
        refer_url(c.open_case(cast)), {"key": str(uuid.uuid4()), "organisation": str(nobody.pk)}
    )
    assert answer.status_code == 200
    assert not Referral.objects.exists()


def test_children_with_the_person_are_part_of_the_profile(cast: c.Cast) -> None:
    with c.acting(), c.transaction.atomic():
        service = cast.centre.services.get(code="SHELTER_EMERG")
        service.takes_children_with_parent = False
        c.write(service, fields=["takes_children_with_parent"])
    mother = c.open_case(cast, **c.WOMAN)
    assert cast.centre not in offered(sign_in(cast.aissatou).get(refer_url(mother)))
    c.agree(cast, mother, cast.centre)
    draft = c.drafted(cast, mother)
    assert page_at_send(cast, draft).context["unmet"]


def page_at_send(cast: c.Cast, referral: Referral):  # type: ignore[no-untyped-def]
    return sign_in(cast.aissatou).get(act_url(referral, "send"))


@pytest.mark.parametrize("wrong", [{"service": "NOTHING"}, {"urgency": "now"}, {"days": "-1"}, {"days": "x"}])
def test_a_bent_address_asks_again(cast: c.Cast, wrong: dict[str, str]) -> None:
    page = sign_in(cast.aissatou).get(refer_url(c.open_case(cast), **wrong))
    assert page.status_code == 200
    assert page.context["form"].errors


def test_only_a_caseworker_with_the_file_refers(cast: c.Cast) -> None:
    case = c.open_case(cast)
    assert sign_in(cast.bineta).get(refer_url(case)).status_code == 403
    for stranger in (cast.codou, cast.ousmane, cast.ibrahima, cast.mareme):
        assert sign_in(stranger).get(refer_url(case)).status_code == 404


# --- What is shared ------------------------------------------------------------------------------------------
def test_check_shows_what_would_go_and_names_what_is_missing(cast: c.Cast) -> None:
    case = c.open_case(cast)
    c.agree(cast, case, cast.centre, groups=["identity", "narrative"])
    draft = c.drafted(cast, case)
    page = sign_in(cast.aissatou).get(check_url(draft))
    assert "Ndiaye-Canari" in leaked(page)
    assert not {"santé canari", "récit canari"} & set(leaked(page))
    assert len(page.context["missing"]) == 4
    assert page.context["ask_url"].startswith(reverse("consent", args=[case.pk]))
    assert sign_in(cast.aissatou).get(page.context["ask_url"]).status_code == 200
    assert sign_in(cast.aissatou).get(page.context["ground_url"]).status_code == 200
    look = Event.objects.using("audit").get(verb="reveal", referral_id=draft.pk)
    assert look.actor_id == cast.aissatou.pk
    assert "family_name" in look.fields


def test_what_is_unticked_is_never_sealed(cast: c.Cast) -> None:
    case = c.open_case(cast)
    c.agree(cast, case, cast.centre)
    draft = c.drafted(cast, case)
    answer = press(sign_in(cast.aissatou), check_url(draft), groups=["contact", "needs"])
    assert answer.url == act_url(draft, "send")
    again = sign_in(cast.aissatou).get(check_url(draft))
    assert {group for group, _n, _r, ticked in again.context["after"] if ticked} == {"contact", "needs"}
    assert press(sign_in(cast.aissatou), answer.url).status_code == 302
    with c.acting():
        snapshot = Snapshot.objects.get(referral=draft)
        assert set(snapshot.payload) == {"contact", "needs"}
        assert "Ndiaye-Canari" not in str(snapshot.payload)


def test_nobody_adds_what_was_not_agreed(cast: c.Cast) -> None:
    case = c.open_case(cast)
    c.agree(cast, case, cast.centre, groups=["identity"])
    draft = c.drafted(cast, case)
    answer = press(sign_in(cast.aissatou), check_url(draft), groups=["identity", "health"])
    assert answer.status_code == 200
    assert Referral.objects.get(pk=draft.pk).version == draft.version


@pytest.mark.parametrize("page", ["check", "send"])
def test_a_file_corrected_meanwhile_is_looked_at_again(cast: c.Cast, page: str) -> None:
    case = c.open_case(cast)
    c.agree(cast, case, cast.centre)
    draft = c.drafted(cast, case)
    client = sign_in(cast.aissatou)
    url = check_url(draft) if page == "check" else act_url(draft, "send")
    form = values_of(client.get(url).context["form"])
    with c.acting(cast.aissatou) as actor:
        cases.correct_person(
            case.pk, by=actor, at=clock.now(), version=case.person.version, values={"health": "autre"}
        )
    answer = client.post(url, form)
    assert answer.status_code == 200
    assert answer.context["form"].stale
    assert Referral.objects.get(pk=draft.pk).state == "draft"
    assert client.post(url, values_of(answer.context["form"])).status_code == 302


def test_a_sent_referral_is_checked_no_more(cast: c.Cast) -> None:
    referral = c.sent(cast)
    assert sign_in(cast.aissatou).get(check_url(referral)).url == reverse("referral", args=[referral.pk])
    assert sign_in(cast.bineta).get(check_url(referral)).status_code == 302


# --- What stands against sending (A2, A3, A11) -----------------------------------------------------------------
def test_without_consent_nothing_leaves_and_the_attempt_is_kept(cast: c.Cast) -> None:
    draft = c.drafted(cast, c.open_case(cast))
    page = page_at_send(cast, draft)
    assert page.context["unmet"]
    answer = sign_in(cast.aissatou).post(
        act_url(draft, "send"), {"key": str(uuid.uuid4()), "version": draft.version, "person_version": 1}
    )
    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors()
    assert Referral.objects.get(pk=draft.pk).state == "draft"
    assert not Snapshot.objects.exists()
    denied = Event.objects.using("audit").get(verb="denied", referral_id=draft.pk)
    assert denied.reason_code == "NOT_POSSIBLE_SEND"
    assert sign_in(cast.codou).get(reverse("referral", args=[draft.pk])).status_code == 404


def test_a_childs_legal_ground_stands_in_for_consent(cast: c.Cast) -> None:
    case = c.open_case(cast)
    draft = c.drafted(cast, case)
    with c.acting(cast.aissatou) as actor:
        basis.record_ground(
            case.pk,
            by=actor,
            at=clock.now(),
            code=GroundCode.CHILD_PROTECTION,
            recipient=cast.centre,
            purpose=Purpose.SERVICES,
            groups=["identity", "contact", "needs", "health", "children"],
            reason="Danger",
            best_interest={"safety": "a", "view": "b", "guardian": "c"},
        )
    client = sign_in(cast.aissatou)
    assert client.get(check_url(draft)).context["missing"] == []
    press(client, check_url(draft))
    assert press(client, act_url(draft, "send")).status_code == 302
    assert Referral.objects.get(pk=draft.pk).basis == "ground"


def test_a_desk_without_anybody_is_telephoned(cast: c.Cast) -> None:
    case = c.open_case(cast)
    c.agree(cast, case, cast.centre)
    draft, waiting = c.drafted(cast, case), c.sent(cast)
    with c.acting(), c.transaction.atomic():
        for seat in Membership.objects.filter(user__in=[cast.codou, cast.elisabeth]):
            seat.until = clock.now()
            c.write(seat, fields=["until"])
    press(sign_in(cast.aissatou), check_url(draft))
    assert len(page_at_send(cast, draft).context["unmet"]) == 1
    listed = sign_in(cast.aissatou).get(reverse("referrals"))
    assert "·" in next(row["note"] for row in listed.context["rows"] if str(waiting.pk) in row["url"])
    routed = sign_in(cast.ibrahima).get(reverse("routing"))
    assert [row["url"] for row in routed.context["rows"]] == [reverse("referral", args=[waiting.pk])]
    assert page_of(cast.ibrahima, waiting).status_code == 200


def test_a_need_is_not_sent_twice_to_the_same_desk(cast: c.Cast) -> None:
    referral = c.sent(cast)
    second = c.drafted(cast, referral.case)
    assert page_at_send(cast, second).context["unmet"]


# --- The next provider (A6, A7) --------------------------------------------------------------------------------
def test_after_a_no_the_sender_reads_why_and_is_offered_the_next(cast: c.Cast) -> None:
    referral = c.sent(cast)
    assert act(cast.codou, referral, "decline", reason_code="OTHER", reason="").status_code == 200
    assert (
        act(cast.codou, referral, "decline", reason_code="OTHER", reason="Travaux canari").status_code == 302
    )
    page = page_of(cast.aissatou, referral)
    assert "Travaux canari" in page.content.decode()
    assert page.context["tasks"]
    assert "Travaux canari" not in page_of(cast.ibrahima, referral).content.decode()
    client = sign_in(cast.aissatou)
    choice = client.get(act_url(referral, "redirect"))
    assert offered(choice) == [cast.other_centre], "not the one that has just said no"
    answer = press(client, act_url(referral, "redirect"), organisation=str(cast.other_centre.pk))
    child = Referral.objects.get(parent=referral)
    assert answer.url == check_url(child)
    assert page_of(cast.aissatou, referral).context["family"][0][1] == child
    assert not page_of(cast.aissatou, referral).context["first"]
    assert client.get(act_url(referral, "redirect")).context["unmet"]
    assert sign_in(cast.ibrahima).get(reverse("routing")).context["rows"] == []


def test_coordination_prepares_a_draft_that_is_the_owners(cast: c.Cast) -> None:
    referral = c.declined(cast)
    answer = press(
        sign_in(cast.ibrahima), act_url(referral, "redirect"), organisation=str(cast.other_centre.pk)
    )
    assert answer.url == reverse("routing")
    child = Referral.objects.get(parent=referral)
    assert page_of(cast.ibrahima, child).status_code == 404
    assert page_of(cast.aissatou, child).status_code == 200
    assert sign_in(cast.ibrahima).get(act_url(child, "send")).status_code == 404
    assert page_of(cast.ousmane, child).status_code == 404, "a draft is nobody's but the sender's"


def test_another_service_may_be_asked_for(cast: c.Cast) -> None:
    referral = c.declined(cast)
    client = sign_in(cast.aissatou)
    assert (
        client.get(act_url(referral, "redirect"), {"change": ""}).context["form"].initial["urgency"]
        == "urgent"
    )
    page = client.get(act_url(referral, "redirect"), {"service": "SHELTER_TRANSIT", "urgency": "standard"})
    assert offered(page) == [cast.centre], "it said no to another service"


def test_what_has_ended_is_not_withdrawn(cast: c.Cast) -> None:
    referral = c.started(cast)
    act(cast.daouda, referral, "complete", reason_code="NEED_MET", left="yes")
    assert sign_in(cast.aissatou).get(act_url(referral, "withdraw")).context["unmet"]
    answer = sign_in(cast.aissatou).post(
        act_url(referral, "withdraw"), {"key": str(uuid.uuid4()), "reason_code": "RISK"}
    )
    assert answer.status_code == 200
    assert Referral.objects.get(pk=referral.pk).state == "completed"


def test_a_proposal_becomes_a_draft_with_its_parent(cast: c.Cast) -> None:
    referral = c.started(cast)
    act(cast.daouda, referral, "propose_onward", service="SHELTER_TRANSIT", organisation=str(cast.centre.pk))
    task = Task.objects.get(kind="onward")
    with c.acting():
        assert task.proposal == {
            "service": "SHELTER_TRANSIT",
            "urgency": "standard",
            "organisation": str(cast.centre.pk),
        }
    url = f"{refer_url(referral.case, service='SHELTER_TRANSIT')}&parent={referral.pk}&organisation={cast.centre.pk}"
    page = sign_in(cast.aissatou).get(url)
    assert page.context["form"]["organisation"].value() == str(cast.centre.pk)
    assert press(sign_in(cast.aissatou), url).status_code == 302
    assert Referral.objects.get(parent=referral).service == "SHELTER_TRANSIT"
    for parent in ("x", uuid.uuid4(), c.sent(cast).pk):
        assert sign_in(cast.aissatou).get(refer_url(referral.case, parent=str(parent))).status_code == 404


# --- Withdrawing from a service --------------------------------------------------------------------------------
def test_withdrawing_from_a_service_says_who_takes_over_and_whether_she_is_safe(cast: c.Cast) -> None:
    referral = c.started(cast)
    assert act(cast.aissatou, referral, "withdraw", reason_code="RISK").status_code == 200
    answer = act(cast.aissatou, referral, "withdraw", reason_code="RISK", hand_over="AEMO canari", safe="no")
    assert answer.status_code == 302
    kinds = set(Task.objects.filter(referral=referral).values_list("kind", flat=True))
    assert {"hand_over", "safe_once"} <= kinds
    with c.acting():
        assert Task.objects.get(kind="hand_over").note == "AEMO canari"
    assert not cast.codou.notices.filter(object_id=referral.pk, due_at=None).exists(), (
        "not before she is safe"
    )
    assert Placement.objects.get(referral=referral).state == "occupied"
    assert Event.objects.filter(verb="transition.withdraw", referral_id=referral.pk).count() == 1


def test_a_draft_is_thrown_away_in_silence(cast: c.Cast) -> None:
    case = c.open_case(cast)
    draft = c.drafted(cast, case)
    assert act(cast.aissatou, draft, "withdraw", reason_code="ERROR").status_code == 302
    assert Referral.objects.get(pk=draft.pk).state == "withdrawn"
    assert not cast.codou.notices.exists()
