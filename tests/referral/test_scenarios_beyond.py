"""What the scenarios of the peers leave out: consent taken back, objections, conflicts, the telephone, onward ways."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from audit.models import Event
from partners.models import Places
from referral.enums import Action, PlacementState, Side, State, TaskKind
from referral.models import Placement, Referral, Task
from referral.references import spoken
from tests import canary
from tests import cast as c
from tests.referral.pages import page_of
from tests.referral.story import Story, fr, snapshot_is_closed

pytestmark = pytest.mark.django_db(databases=["default", "audit"])
CENTRE = ("codou", "elisabeth", "daouda")


@pytest.fixture
def story(cast: c.Cast, django_capture_on_commit_callbacks: Any) -> Story:
    return Story(cast, django_capture_on_commit_callbacks)


def lodged(story: Story, **person: Any) -> Referral:
    """Somebody who has arrived at the centre."""
    case = story.opens_case(**({"age_status": "child", "age_band": "9-13", "children": []} | person))
    referral = story.refers(case, story.cast.centre, "SHELTER_EMERG", told="codou")
    accepts(story, referral)
    story.acts("daouda", referral, "start", told="aissatou", identified_otherwise="L’escorte est connue")
    return referral


def accepts(story: Story, referral: Referral) -> None:
    story.acts(
        "codou",
        referral,
        "accept",
        told="aissatou",
        conflict="no",
        worker=str(story.cast.daouda.pk),
        label="Lit 3",
    )


def takes_back(story: Story, referral: Referral, told: str, **typed: Any) -> None:
    url = reverse("consent_withdraw", args=[referral.case_id])
    story.does("aissatou", url, told, about=f"{referral.receiving_organisation_id}:services", **typed)
    referral.refresh_from_db()


def the_task(kind: TaskKind) -> Task:
    return Task.objects.get(kind=kind, done_at=None)


def test_an_adult_takes_consent_back_while_a_centre_lodges_her(story: Story) -> None:
    """Everything closes but the safety extract, until her departure is recorded; the bed stays hers until then."""
    referral = lodged(story, age_status="adult", age_band="21-29")
    takes_back(story, referral, told="aissatou codou", person_is_safe="yes")
    assert (referral.state, referral.withdraw_reason) == (State.WITHDRAWN, "CONSENT_WITHDRAWN")
    assert the_task(TaskKind.HAND_OVER).owner_id == story.cast.aissatou.pk
    snapshot_is_closed(referral)
    for who in CENTRE:
        extract = story.reads(who, "referral_extract", referral.pk)
        assert canary.found(c.SECRETS.values(), extract.encode()) == ["santé canari"]
        assert {
            story.status(who, name, referral.pk) for name in ("referral", "referral_shared", "referral_print")
        } == {404}
    assert story.status("ousmane", "referral_extract", referral.pk) == 404
    assert Placement.objects.get(referral=referral).state == PlacementState.OCCUPIED

    story.does("codou", reverse("referral_departure", args=[referral.pk]), told="aissatou")
    for who in ("codou", "elisabeth"):
        story.is_closed_to(who, referral)
    assert {story.status(who, "referral_extract", referral.pk) for who in CENTRE} == {404}
    placement = Placement.objects.get(referral=referral)
    assert (placement.state, placement.places.occupied) == (PlacementState.LEFT, 0)


def test_the_safety_extract_ends_after_72_hours_and_the_bed_does_not(story: Story) -> None:
    referral = lodged(story, age_status="adult", age_band="21-29")
    takes_back(story, referral, told="aissatou codou", person_is_safe="yes")
    story.later(hours=71)
    assert story.status("codou", "referral_extract", referral.pk) == 200
    story.later(hours=1)
    assert story.status("codou", "referral_extract", referral.pk) == 404
    assert Placement.objects.get(referral=referral).state == PlacementState.OCCUPIED
    story.does("codou", reverse("referral_departure", args=[referral.pk]), told="aissatou")


def test_a_centre_that_may_be_a_danger_hears_of_it_once_she_is_safe(story: Story) -> None:
    referral = lodged(story, age_status="adult", age_band="21-29")
    takes_back(story, referral, told="aissatou", person_is_safe="no")
    assert story.status("codou", "referral", referral.pk) == 404
    story.does("aissatou", reverse("task_done", args=[the_task(TaskKind.SAFE_ONCE).pk]), told="codou")


@pytest.mark.parametrize("decision", ["yes", "no"])
def test_a_child_objects_and_a_supervisor_decides_within_a_day(story: Story, decision: str) -> None:
    """The objection moves nothing by itself; nobody at the centre learns of it."""
    referral = lodged(story)
    takes_back(story, referral, told="bineta")
    task = the_task(TaskKind.OBJECTION)
    assert task.due_at == task.made_at + timedelta(hours=24)
    assert referral.state == State.IN_SERVICE
    assert "santé canari" in story.reads("codou", "referral_shared", referral.pk)
    told = "aissatou aissatou codou" if decision == "yes" else "aissatou"
    story.does("bineta", reverse("objection", args=[task.pk]), told, uphold=decision)
    referral.refresh_from_db()
    assert referral.state == (State.WITHDRAWN if decision == "yes" else State.IN_SERVICE)
    assert story.status("codou", "referral_shared", referral.pk) == (404 if decision == "yes" else 200)


def test_a_desk_steps_back_for_a_conflict_of_interest(story: Story) -> None:
    """Within two hours; what was read is sealed again, and no decline is counted."""
    cast = story.cast
    case = story.opens_case(age_status="child", age_band="9-13", children=[])
    referral = story.refers(case, cast.centre, "SHELTER_EMERG", told="codou")
    accepts(story, referral)
    assert "Ndiaye-Canari" in story.reads("codou", "referral_shared", referral.pk)
    assert story.is_refused("codou", story.page_of_act(referral, "step_back"))
    story.acts("codou", referral, "step_back", told="aissatou", conflict="on")
    assert (referral.state, referral.stepped_back) == (State.DECLINED, True)
    assert Places.objects.get(pk=cast.girls.pk).held == 0
    story.is_closed_to("codou", referral)

    second = story.drafts(case, cast.other_centre, "SHELTER_EMERG")
    assert second.state == State.DRAFT


def test_after_two_hours_nobody_steps_back(story: Story) -> None:
    case = story.opens_case(age_status="child", age_band="9-13", children=[])
    referral = story.refers(case, story.cast.centre, "SHELTER_EMERG", told="codou")
    accepts(story, referral)
    story.later(hours=2, seconds=1)
    refused = story.is_refused("codou", story.page_of_act(referral, "step_back"), conflict="on")
    assert refused == fr("Stepping back is possible for two hours after accepting.")
    referral.refresh_from_db()
    assert referral.state == State.ACCEPTED


def test_a_yes_by_telephone_holds_a_place_and_is_nobody_else_s_act(story: Story) -> None:
    """For 12 hours; it discloses nothing, and the centre is never shown as having said it here."""
    cast = story.cast
    case = story.opens_case(age_status="child", age_band="9-13", children=[])
    referral = story.refers(case, cast.centre, "SHELTER_EMERG", told="codou")
    move = story.acts(
        "aissatou", referral, Action.RECORD_TELEPHONE_ANSWER, told="codou", yes="yes", said_by="Voix Canari"
    )
    assert (referral.state, move.side, move.target) == (State.SENT, Side.REFERRING, State.SENT)
    held = Placement.objects.get(referral=referral)
    assert (held.by_telephone, held.held_until) == (True, move.recorded_at + timedelta(hours=12))
    assert Places.objects.get(pk=cast.girls.pk).held == 1

    assert story.status("codou", "referral_shared", referral.pk) == 403
    for who in ("codou", "aissatou"):
        entry = page_of(cast.people[who], referral).context["entries"][0]
        assert cast.unit.name in entry["by"]
        assert cast.centre.name not in entry["by"]
    assert "Voix Canari" in story.reads("aissatou", "referral", referral.pk)
    assert "Voix Canari" not in story.reads("codou", "referral", referral.pk)

    accepts(story, referral)
    held.refresh_from_db()
    assert not held.by_telephone
    assert referral.telephone_answers.get().confirmed_at == referral.accepted_at
    assert Places.objects.get(pk=cast.girls.pk).held == 1


def test_a_centre_proposes_and_the_case_owner_sends_onward(story: Story) -> None:
    """The proposal is a task; the next referral has the first as its parent, and its receiver knows neither."""
    cast = story.cast
    first = lodged(story, age_status="adult", age_band="21-29")
    story.acts(
        "daouda", first, "propose_onward", told="aissatou", service="MHPSS", organisation=str(cast.ngo.pk)
    )
    assert first.state == State.IN_SERVICE
    task = story.browser("aissatou").get(reverse("task_done", args=[the_task(TaskKind.ONWARD).pk]))
    link = task.context["links"][0]["url"]
    url = story.does("aissatou", link, organisation=str(cast.ngo.pk))
    onward = Referral.objects.get(parent=first)
    assert url == reverse("referral_check", args=[onward.pk])
    assert (onward.service, onward.receiving_organisation_id) == ("MHPSS", cast.ngo.pk)
    story.is_refused("aissatou", story.page_of_act(onward, "send"))
    story.agrees(onward.case, cast.ngo, "MHPSS")
    story.sends(onward, told="fatou")
    assert {story.status(who, "referral", onward.pk) for who in CENTRE} == {404}
    seen = story.reads("fatou", "referral", onward.pk)
    assert canary.found([spoken(first.reference), first.reference, cast.centre.name], seen.encode()) == []


def test_national_coordination_redirects_and_the_case_owner_alone_sends(story: Story) -> None:
    cast = story.cast
    case = story.opens_case(age_status="child", age_band="9-13", children=[])
    referral = story.refers(case, cast.centre, "SHELTER_EMERG", told="codou")
    story.acts("codou", referral, "decline", told="aissatou", reason_code="NO_CAPACITY")
    assert str(referral.pk) in story.reads("ibrahima", "routing")
    seen = story.reads("ibrahima", "referral", referral.pk)
    assert canary.found([*c.SECRETS.values(), case.reference], seen.encode()) == []

    story.acts("ibrahima", referral, "redirect", told="aissatou", organisation=str(cast.other_centre.pk))
    draft = Referral.objects.get(parent=referral)
    assert (draft.state, draft.referring_organisation_id) == (State.DRAFT, cast.unit.pk)
    assert str(referral.pk) not in story.reads("ibrahima", "routing")
    for address in ("referral", "referral_check", "referral"):
        assert story.status("ibrahima", address, draft.pk) == 404
    assert story.browser("ibrahima").post(story.page_of_act(draft, "send")).status_code == 404

    story.agrees(case, cast.other_centre, "SHELTER_EMERG")
    story.sends(draft, told="ousmane")


def test_an_organisation_refers_to_itself_and_each_act_is_judged_by_its_own_side(story: Story) -> None:
    cast = story.cast
    case = story.opens_case("fatou", children=[])
    referral = story.refers(case, cast.ngo, "MHPSS", told="fatou")
    page = page_of(cast.fatou, referral)
    assert fr("within one organisation") in page.content.decode()
    for action, typed in {
        "acknowledge": {},
        "accept": {"conflict": "no", "worker": str(cast.fatou.pk)},
        "start": {"identified_otherwise": "Elle est là"},
        "complete": {"reason_code": "NEED_MET"},
    }.items():
        story.does("fatou", story.page_of_act(referral, action), told="fatou", **typed)
    sides = dict(referral.transitions.values_list("action", "side"))
    assert sides == {"send": "referring"} | dict.fromkeys(
        ("acknowledge", "accept", "start", "complete"), "receiving"
    )
    assert story.status("aissatou", "referral", referral.pk) == 404


def test_nobody_approves_their_own_request(story: Story) -> None:
    """The small NGO's one person holds every role; a supervisor of the national unit decides, on codes and reason."""
    cast = story.cast
    case = story.opens_case("fatou", children=[])
    page = f"{reverse('ground', args=[case.pk])}?to={cast.ngo.pk}:MHPSS&ask=1"
    story.does("fatou", page, told="bineta", code="legal_obligation", reason="Ordre du parquet")
    ground = case.grounds.get()
    browser = story.browser("fatou")
    decide = reverse("ground_decide", args=[ground.pk])
    form = {"key": str(UUID(int=1)), "version": str(ground.version), "approve": "yes"}
    assert browser.post(decide, form).status_code == 403
    for address in ("case_close", "case_age"):
        assert browser.get(reverse(address, args=[case.pk])).status_code == 403
    ground.refresh_from_db()
    assert (ground.approved_at, ground.valid_from) == (None, None)
    refused = Event.objects.using("audit").filter(
        actor_id=cast.fatou.pk, reason_code="NOT_ALLOWED_SECOND_PERSON"
    )
    assert refused.count() == 3

    seen = story.reads("bineta", "ground_decide", ground.pk)
    assert canary.found([*c.SECRETS.values(), "Ordre du parquet"], seen.encode()) == ["Ordre du parquet"]
    assert story.status("bineta", "case", case.pk) == 404
    story.does("bineta", decide, told="fatou", approve="yes")
    assert (
        story.status("bineta", "ground_decide", ground.pk) == 404
    )  # decided: the unit has nothing to do with it now


def test_a_telephone_no_moves_nothing(story: Story) -> None:
    case = story.opens_case(age_status="child", age_band="9-13", children=[])
    referral = story.refers(case, story.cast.centre, "SHELTER_EMERG", told="codou")
    story.acts(
        "bineta", referral, Action.RECORD_TELEPHONE_ANSWER, told="codou", yes="no", said_by="Le gardien"
    )
    assert (referral.state, referral.placements.exists()) == (State.SENT, False)
