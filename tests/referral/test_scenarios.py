"""Scenarios A1 to A7 and A9 of peers.md §5.A, end to end through the pages that their users use."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from audit.models import Event
from partners.models import Places
from partners.templatetags.interface import lasting
from referral.enums import State, TaskKind
from referral.models import Case, LegalGround, Notice, Referral, Task
from referral.references import spoken
from tests import canary
from tests import cast as c
from tests.referral.story import Story, fr, snapshot_is_closed

NO_BASIS = "No live consent or legal ground covers what would be shared with this organisation."
WHY = "Elle ne veut plus venir"
pytestmark = pytest.mark.django_db(databases=["default", "audit"])


@pytest.fixture
def story(cast: c.Cast, django_capture_on_commit_callbacks: Any) -> Story:
    return Story(cast, django_capture_on_commit_callbacks)


def test_a1_happy_loop(story: Story) -> None:
    """Every step shows actor and time, the sender is told at each, and only an outcome ends it."""
    cast = story.cast
    referral = story.refers(story.opens_case(children=[]), cast.ngo, "MHPSS", told="fatou")
    story.acts("fatou", referral, "acknowledge", told="aissatou")
    story.acts("fatou", referral, "accept", told="aissatou", conflict="no", worker=str(cast.fatou.pk))
    code = story.browser("aissatou").get(reverse("referral", args=[referral.pk])).context["arrival_code"]
    story.acts("fatou", referral, "start", told="aissatou", code=code)
    assert "canari" in story.reads("fatou", "referral_shared", referral.pk)

    assert story.is_refused("fatou", story.page_of_act(referral, "complete"), reason_code="")
    assert referral.state == State.IN_SERVICE
    story.acts("fatou", referral, "complete", told="aissatou", reason_code="NEED_MET")
    assert (referral.state, referral.outcome, referral.due_at) == (State.COMPLETED, "NEED_MET", None)

    moves = list(referral.transitions.order_by("recorded_at").values_list("action", "target"))
    assert moves == [
        ("send", "sent"),
        ("acknowledge", "acknowledged"),
        ("accept", "accepted"),
        ("start", "in_service"),
        ("complete", "completed"),
    ]
    snapshot_is_closed(referral)
    assert story.status("fatou", "referral_shared", referral.pk) == 403
    for who in ("aissatou", "fatou"):
        assert "Besoin couvert" in story.reads(who, "referral", referral.pk)


def test_a2_consent_missing(story: Story) -> None:
    """Refused with what is missing by name; nothing is shared, and the attempt is written down."""
    case = story.opens_case(children=[])
    draft = story.drafts(case, story.cast.ngo, "MHPSS")
    check = story.browser("aissatou").get(reverse("referral_check", args=[draft.pk]))
    assert check.context["missing"] == [fr("Identity"), fr("Safe contact"), fr("Needs"), fr("Health")]
    before = denied("aissatou", story)
    assert story.is_refused("aissatou", story.page_of_act(draft, "send")) == fr(NO_BASIS)
    draft.refresh_from_db()
    assert (draft.state, draft.released_groups, draft.snapshots.count()) == (State.DRAFT, [], 0)
    assert denied("aissatou", story) == [*before, "NOT_POSSIBLE_SEND"]
    assert story.status("fatou", "referral", draft.pk) == 404

    # A consent for another purpose, or for another organisation, or only in part covers nothing of it.
    story.agrees(case, story.cast.centre, "SHELTER_EMERG")
    story.is_refused("aissatou", story.page_of_act(draft, "send"))
    story.agrees(case, story.cast.ngo, "MHPSS", groups=["identity", "contact"])
    check = story.browser("aissatou").get(reverse("referral_check", args=[draft.pk]))
    assert check.context["missing"] == [fr("Needs"), fr("Health")]
    story.sends(draft, told="fatou")
    assert set(draft.released_groups) == {"identity", "contact"}


def denied(who: str, story: Story) -> list[str]:
    events = Event.objects.using("audit").filter(actor_id=story.cast.people[who].pk, outcome="denied")
    return list(events.order_by("seq").values_list("reason_code", flat=True))


def ground_page(case: Case, recipient: Any, service: str) -> str:
    return f"{reverse('ground', args=[case.pk])}?to={recipient.pk}:{service}&ask=1"


@pytest.mark.parametrize(("age_status", "age_band"), [("child", "9-13"), ("unknown", "unknown")])
def test_a3_child_exemption(story: Story, age_status: str, age_band: str) -> None:
    """Consent is not required, but the ground is recorded and the best interests are answered."""
    cast = story.cast
    case = story.opens_case(age_status=age_status, age_band=age_band, children=[])
    page = ground_page(case, cast.centre, "SHELTER_EMERG")
    refused = story.is_refused("aissatou", page, code="child_protection", safety="Sûre", view="D’accord")
    rests = fr("Answer “%(question)s”: the best interests of the child rest on it.")
    assert refused == rests % {"question": fr("Who decides for the child, and are they suspected?")}
    assert not LegalGround.objects.exists()
    answers = {"safety": "Sûre", "view": "D’accord", "guardian": "Un oncle, soupçonné"}
    story.does("aissatou", page, told="bineta", code="child_protection", **answers)
    ground = LegalGround.objects.get()
    assert (ground.code, ground.recorded_by_id, ground.approved_at) == (
        "child_protection",
        cast.aissatou.pk,
        None,
    )
    assert set(ground.groups).isdisjoint({"legal", "narrative", "documents"})

    referral = story.drafts(case, cast.centre, "SHELTER_EMERG")
    story.sends(referral, told="codou")
    assert (referral.basis, referral.ground_id, referral.is_child) == ("ground", ground.pk, True)
    story.does("bineta", reverse("ground_decide", args=[ground.pk]), told="aissatou", approve="yes")
    ground.refresh_from_db()
    assert ground.approved_by_id == cast.bineta.pk
    assert not Task.objects.filter(kind=TaskKind.COUNTERSIGN, done_at=None).exists()


def test_a4_override_in_vital_danger(story: Story) -> None:
    """A reason and a second person come before anything is shared; the override is in the audit."""
    cast = story.cast
    case = story.opens_case(children=[])
    page = ground_page(case, cast.ngo, "MHPSS")
    assert story.is_refused("aissatou", page, code="vital_danger", reason="")
    story.does(
        "aissatou", page, told="bineta", code="vital_danger", reason="Elle saigne", groups=["needs", "health"]
    )
    ground = LegalGround.objects.get()
    referral = story.drafts(case, cast.ngo, "MHPSS", urgency="emergency")
    story.is_refused("aissatou", story.page_of_act(referral, "send"))

    decide = reverse("ground_decide", args=[ground.pk])
    assert "Elle saigne" in story.reads("bineta", "ground_decide", ground.pk)
    assert canary.found(c.SECRETS.values(), story.reads("bineta", "ground_decide", ground.pk).encode()) == []
    story.does("bineta", decide, told="aissatou", approve="yes")
    story.sends(referral, told="fatou")
    assert (referral.basis, sorted(referral.released_groups)) == ("ground", ["health", "needs"])
    told = Event.objects.filter(case_id=case.pk, object_type="referral.legalground").order_by("seq")
    assert [(event.actor_id, event.reason_code) for event in told] == [
        (cast.aissatou.pk, "VITAL_DANGER"),
        (cast.bineta.pk, "APPROVED"),
    ]


def test_a4_alone_after_a_quarter_of_an_hour_without_an_answer(story: Story) -> None:
    """Only what keeps the person alive, only when nobody answered; a review within a day follows."""
    cast = story.cast
    case = story.opens_case(children=[])
    page = ground_page(case, cast.ngo, "MHPSS")
    story.does(
        "aissatou", page, told="bineta", code="vital_danger", reason="Elle saigne", groups=["needs", "health"]
    )
    assert story.browser("aissatou").get(page).context["alone_url"] == ""
    story.later(minutes=16)
    alone = story.browser("aissatou").get(page).context["alone_url"]
    offered = story.browser("aissatou").get(alone).context["form"].fields["groups"].choices
    assert {value for value, _label in offered} == {"needs", "health"}
    story.does("aissatou", alone, told="bineta", reason="Personne ne répond", groups=["needs", "health"])
    ground = LegalGround.objects.get(valid_from__isnull=False)
    assert ground.review_due == ground.recorded_at + timedelta(hours=24)
    referral = story.drafts(case, cast.ngo, "MHPSS", urgency="emergency")
    story.sends(referral, told="fatou")
    # Refused afterwards: what rests on it ends at once, and its receiver is told.
    story.does(
        "bineta", reverse("ground_decide", args=[ground.pk]), told="aissatou aissatou fatou", approve="no"
    )
    referral.refresh_from_db()
    assert referral.state == State.WITHDRAWN
    story.is_closed_to("fatou", referral)


def test_a5_preview_before_acceptance(story: Story) -> None:
    """In list and page only the summary is seen; identity appears with the acceptance."""
    cast = story.cast
    case = story.opens_case(**child())
    referral = story.refers(case, cast.centre, "SHELTER_EMERG", told="codou")
    notice = Notice.objects.get(user=cast.codou, object_id=referral.pk)
    for state in (State.SENT, State.ACKNOWLEDGED):
        assert referral.state == state
        for who in ("codou", "elisabeth", "daouda"):
            browser, seen = story.browser(who), b""
            for page in ("inbox", "home", "notices", "directory"):
                seen += browser.get(reverse(page)).content
            seen += browser.get(reverse("referral", args=[referral.pk])).content
            for action in ("accept", "decline", "acknowledge", "request_info", "write"):
                seen += browser.get(story.page_of_act(referral, action)).content
            assert canary.found([*c.SECRETS.values(), case.reference], seen) == []
            assert browser.get(reverse("referral_shared", args=[referral.pk])).status_code == 403
        assert story.browser("codou").get(reverse("notice", args=[notice.pk])).status_code == 302
        if state == State.SENT:
            preview = dict(
                story.browser("codou").get(reverse("referral", args=[referral.pk])).context["preview"]
            )
            assert (preview[fr("Age")], preview[fr("Languages")]) == (fr("9 to 13 years"), "Wolof")
            story.acts("codou", referral, "acknowledge", told="aissatou")
    story.acts("codou", referral, "accept", told="aissatou", conflict="no", worker=str(cast.daouda.pk))
    for who in ("codou", "elisabeth", "daouda"):
        shared = story.reads(who, "referral_shared", referral.pk)
        said = {secret for secret in c.SECRETS.values() if secret in shared}
        assert {"Ndiaye-Canari", "santé canari"} <= said
        assert said.isdisjoint({"récit canari", "situation canari", "papiers canari"})
        assert case.reference not in shared
    looks = Event.objects.using("audit").filter(
        referral_id=referral.pk, object_type="referral.snapshot", verb="reveal"
    )
    assert {look.actor_id for look in looks} == {cast.codou.pk, cast.elisabeth.pk, cast.daouda.pk}


def child(**more: Any) -> dict[str, Any]:
    return {"age_status": "child", "age_band": "9-13", "children": []} | more


def test_a6_reject_and_redirect(story: Story) -> None:
    """A coded reason is compulsory, access ends at once, the sender sees why and is offered others."""
    cast = story.cast
    referral = story.refers(story.opens_case(**child()), cast.centre, "SHELTER_EMERG", told="codou")
    decline = story.page_of_act(referral, "decline")
    assert story.is_refused("codou", decline)
    assert story.is_refused("codou", decline, reason_code="OTHER", reason="")
    story.acts("codou", referral, "decline", told="aissatou", reason_code="SPECIALIST_NEEDED")
    assert (referral.state, referral.decline_reason) == (State.DECLINED, "SPECIALIST_NEEDED")
    for who in ("codou", "elisabeth"):
        story.is_closed_to(who, referral)
    assert "Soins spécialisés requis" in story.reads("aissatou", "referral", referral.pk)

    onwards = story.page_of_act(referral, "redirect")
    offered = story.browser("aissatou").get(onwards).context["rows"]
    assert [row["name"] for row in offered] == [cast.other_centre.name]
    url = story.does("aissatou", onwards, organisation=str(cast.other_centre.pk))
    after = Referral.objects.get(parent=referral)
    assert url == reverse("referral_check", args=[after.pk])
    assert (after.state, after.receiving_organisation_id) == (State.DRAFT, cast.other_centre.pk)
    assert not Task.objects.filter(kind=TaskKind.REDIRECT, done_at=None).exists()


@pytest.mark.parametrize("accepted", [False, True])
def test_a7_withdraw(story: Story, accepted: bool) -> None:
    """The recipient loses access and is told, without the reason."""
    cast = story.cast
    referral = story.refers(story.opens_case(**child()), cast.centre, "SHELTER_EMERG", told="codou")
    if accepted:
        story.acts("codou", referral, "accept", told="aissatou", conflict="no", worker=str(cast.daouda.pk))
    withdraw = story.page_of_act(referral, "withdraw")
    assert story.is_refused("aissatou", withdraw)
    story.acts("aissatou", referral, "withdraw", told="codou", reason_code="OTHER", reason=WHY)
    assert referral.state == State.WITHDRAWN
    for who in ("codou", "elisabeth", "daouda"):
        if who != "daouda":
            story.is_closed_to(who, referral)
        assert story.status(who, "referral", referral.pk) == 404
    assert WHY in story.reads("aissatou", "referral", referral.pk)
    assert Places.objects.get(pk=cast.girls.pk).held == 0


@pytest.mark.parametrize("ended", ["completed", "declined", "withdrawn"])
def test_a7_what_has_ended_is_not_withdrawn(story: Story, ended: str) -> None:
    cast = story.cast
    referral = {
        "completed": lambda: completed(story, c.started(cast)),
        "declined": lambda: c.declined(cast),
        "withdrawn": lambda: withdrawn(story, c.sent(cast)),
    }[ended]()
    refused = story.is_refused("aissatou", story.page_of_act(referral, "withdraw"), reason_code="RISK")
    assert refused == fr("This is no longer possible: the status has changed.")
    referral.refresh_from_db()
    assert referral.state == ended
    assert denied("aissatou", story)[-1] == "NOT_POSSIBLE_WITHDRAW"


def completed(story: Story, referral: Referral) -> Referral:
    story.acts("daouda", referral, "complete", told="aissatou", reason_code="NEED_MET", left="yes")
    return referral


def withdrawn(story: Story, referral: Referral) -> Referral:
    story.acts("aissatou", referral, "withdraw", told="codou", reason_code="ERROR")
    return referral


def test_a9_deadline(story: Story) -> None:
    """Silence is told ever further up and seen in every list; a late yes is still a yes, and both sides read that."""
    cast = story.cast
    referral = story.refers(story.opens_case(**child()), cast.centre, "SHELTER_EMERG", told="codou")
    assert (referral.urgency, referral.due_at) == ("urgent", referral.sent_at + timedelta(hours=24))
    story.waits(11)
    story.waits(1, told="codou")
    late = (fr("%(span)s late") % {"span": lasting(timedelta(hours=1))}).lower()
    lists = {"codou": "inbox", "elisabeth": "inbox", "aissatou": "referrals"}
    assert {late in story.reads(who, name).lower() for who, name in lists.items()} == {False}

    story.waits(13, told="aissatou elisabeth")  # who waits for the answer, and the head of the silent house
    reminders = Notice.objects.filter(rung__object_id=referral.pk)
    assert {(each.reference, each.action_needed, each.due_at) for each in reminders} == {
        (referral.reference, True, referral.due_at)
    }
    for who, name in lists.items():
        (row,) = story.browser(who).get(reverse(name)).context["rows"]
        assert (row["reference"], row["late"]) == (spoken(referral.reference), True)
        assert late in story.reads(who, name).lower()
    for who in ("aissatou", "elisabeth"):
        asked = story.reads(who, "notice", reminders.get(user=cast.people[who]).pk)
        assert fr("I have read it and take care of it") in asked

    story.acts("codou", referral, "accept", told="aissatou", conflict="no", worker=str(cast.daouda.pk))
    assert (referral.state, referral.answered_late) == (State.ACCEPTED, True)
    for who, name in lists.items():
        assert fr("Given after the deadline") in story.reads(who, "referral", referral.pk)
        assert late not in story.reads(who, name).lower()
    story.waits(12)  # past the hour at which national coordination would have been told
