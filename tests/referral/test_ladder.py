"""Silence becomes louder: who hears of a deadline, in which order, and how often."""

import itertools
from datetime import timedelta
from functools import partial

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse

from audit import clock
from audit.models import Event
from audit.rows import write
from partners.templatetags.interface import telephone
from referral import escalation
from referral.enums import OPEN, State, TaskKind
from referral.models import Notice, Referral, ReferralGrant, Rung, Task
from referral.queries.lost import lost
from referral.references import spoken
from tests import cast as c
from tests.referral.pages import act, later, leaked, page_of, press, same_as_unknown, sign_in
from tests.referral.passing import go_round as go_all_round
from tests.referral.passing import heard
from tests.referral.passing import rounds as all_rounds
from tests.referral.story import fr
from tests.working import work

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


#: The rules that climb; what the others look for is not due in these hours.
CLIMBING = ("questions", "referrals", "tasks", "expiry", "drafts")
rounds = partial(all_rounds, rules=CLIMBING)
go_round = partial(go_all_round, CLIMBING)


def confirms(user: c.User) -> None:
    """Presses the button of the newest notice, and does nothing else."""
    notice = Notice.objects.filter(user=user, rung__isnull=False).latest("made_at")
    assert sign_in(user).post(reverse("notice", args=[notice.pk])).status_code == 302


def test_every_open_state_has_a_ladder_and_no_other() -> None:
    assert escalation.LADDERS.keys() == OPEN
    for ladder in (*escalation.LADDERS.values(), escalation.TASK_LADDER, *escalation.TASK_LADDERS.values()):
        shares = [rung.share for rung in ladder if rung.share is not None]
        assert shares == sorted(shares)
        assert not ladder[0].confirm


def test_an_unanswered_referral_walks_the_whole_ladder_to_its_end_and_to_the_next_search(
    cast: c.Cast,
) -> None:
    referral = c.sent(cast, urgency="urgent")  # 24 hours to acknowledge
    rounds(11.9)
    assert heard(referral) == []
    rounds(12.1, since=11.9)
    assert heard(referral) == [(1, "Codou")]
    rounds(24.1, since=12.1)
    assert heard(referral)[1:] == [(2, "Aissatou"), (2, "Elisabeth")]
    assert page_of(cast.ibrahima, referral).status_code == 404
    confirms(cast.elisabeth)
    rounds(36.1, since=24.1)
    assert heard(referral)[3:] == [(3, "Ibrahima")]
    assert page_of(cast.ibrahima, referral).status_code == 200
    confirms(cast.ibrahima)
    rounds(47.9, since=36.1)
    assert Referral.objects.get().state == State.SENT
    rounds(48.1, since=47.9)
    referral.refresh_from_db()
    assert referral.state == State.EXPIRED
    task = Task.objects.get(kind=TaskKind.REDIRECT)
    assert (task.referral, task.owner) == (referral, cast.aissatou)
    assert page_of(cast.codou, referral).status_code == 404
    told = Notice.objects.filter(object_id=referral.pk, rung=None).exclude(
        user=cast.codou, action_needed=True
    )
    assert {(n.user.name, n.action_needed) for n in told} == {
        ("Aissatou", True),
        ("Ibrahima", True),
        ("Codou", False),
    }
    assert [rung.number for rung in Rung.objects.filter(object_id=referral.pk)] == [1, 2, 3]
    verbs = Event.objects.filter(referral_id=referral.pk, verb="escalate").values_list("scope", flat=True)
    assert list(verbs.order_by("seq")) == [f"referral:{number}" for number in (1, 2, 3)]


def test_after_a_day_without_the_system_everybody_is_still_told_in_order_and_once(cast: c.Cast) -> None:
    referral = c.sent(cast, urgency="urgent")
    later(hours=72)
    for minute in range(0, 60, 5):
        later(hours=72, minutes=minute)
        go_round()
    assert [name for _rung, name in heard(referral)][:4] == ["Codou", "Aissatou", "Elisabeth", "Ibrahima"]
    reached = list(Rung.objects.filter(object_id=referral.pk).values_list("reached_at", flat=True))
    assert all(after - before >= escalation.PAUSE for before, after in itertools.pairwise(reached))
    assert Referral.objects.get().state == State.EXPIRED


def test_two_rounds_of_one_moment_tell_once(cast: c.Cast) -> None:
    referral = c.sent(cast, urgency="urgent")
    later(hours=13)
    assert (go_round()["referrals"], go_round()["referrals"]) == (1, 0)
    assert heard(referral) == [(1, "Codou")]


def test_an_answer_ends_the_ladder_and_begins_the_next_deadlines_own(cast: c.Cast) -> None:
    referral = c.sent(cast, urgency="urgent")
    rounds(25)
    assert act(cast.codou, referral, "acknowledge").status_code == 302
    rounds(40, since=25)
    assert [rung for rung, _name in heard(referral)] == [1, 2, 2]
    rounds(50, since=40)  # half of the 48 hours to decide
    assert heard(referral)[3:] == [(1, "Codou")]


def test_coordination_lets_go_when_somebody_has_moved(cast: c.Cast) -> None:
    referral = c.sent(cast, urgency="urgent")
    rounds(37)
    assert ReferralGrant.objects.filter(side="coordinating").exists()
    act(cast.codou, referral, "acknowledge")
    assert not ReferralGrant.objects.filter(side="coordinating").exists()
    assert page_of(cast.ibrahima, referral).status_code == 404


def test_who_confirms_the_reading_keeps_the_next_person_up_from_being_called(cast: c.Cast) -> None:
    referral = c.sent(cast, urgency="urgent")
    rounds(24.1)
    [notice] = Notice.objects.filter(user=cast.elisabeth)
    browser, url = sign_in(cast.elisabeth), reverse("notice", args=[notice.pk])
    page = browser.get(url)
    assert (page.status_code, "form" in page.content.decode()) == (200, True)
    assert Notice.objects.get(pk=notice.pk).read_at is None  # opening is not having understood
    assert browser.post(reverse("notices")).status_code == 302
    assert Notice.objects.get(pk=notice.pk).read_at is None  # nor is clearing the list
    assert browser.post(url).url == reverse("referral", args=[referral.pk])
    rung = Rung.objects.get(number=2)
    assert (rung.confirmed_by, Notice.objects.get(pk=notice.pk).read_at) == (
        cast.elisabeth,
        rung.confirmed_at,
    )
    assert Event.objects.filter(verb="confirm", actor_id=cast.elisabeth.pk).count() == 1
    rounds(35, since=24.1)
    assert [rung for rung, _name in heard(referral)] == [1, 2, 2]


def test_without_a_confirmation_the_next_person_up_is_told_before_her_time(cast: c.Cast) -> None:
    referral = c.sent(cast, urgency="urgent")
    rounds(29)  # four hours of patience after the 24
    assert heard(referral)[3:] == [(3, "Ibrahima")]
    rounds(33, since=29)
    task = Task.objects.get(kind=TaskKind.DUTY_CALL)
    assert (task.organisation, task.owner, task.referral) == (cast.unit, None, referral)
    page = sign_in(cast.ibrahima).get(reverse("home")).content.decode()
    assert reverse("task_done", args=[task.pk]) in page


def test_nobody_has_to_telephone_about_what_has_expired(cast: c.Cast) -> None:
    referral = c.sent(cast, urgency="urgent")
    rounds(33)
    assert Task.objects.filter(kind=TaskKind.DUTY_CALL, done_at=None).count() == 1
    rounds(49, since=33)
    referral.refresh_from_db()
    assert referral.state == State.EXPIRED
    assert not Task.objects.filter(kind=TaskKind.DUTY_CALL, done_at=None).exists()


def test_a_notice_of_somebody_else_is_confirmed_by_nobody(cast: c.Cast) -> None:
    c.sent(cast, urgency="urgent")
    rounds(24.1)
    [notice] = Notice.objects.filter(user=cast.elisabeth)
    assert sign_in(cast.codou).post(reverse("notice", args=[notice.pk])).status_code == 404
    assert Rung.objects.get(number=2).confirmed_at is None


def test_where_nobody_sits_the_next_rung_is_climbed_at_once(cast: c.Cast) -> None:
    referral = c.sent(cast, urgency="urgent")
    with c.acting():
        for user in (cast.elisabeth, cast.codou, cast.aissatou):
            user.is_active = False
            user.save()
    later(hours=24, minutes=1)
    go_round()
    assert heard(referral)[:1] == [(2, "Bineta")]


def test_what_the_sender_does_not_answer_goes_back_to_the_desk_with_the_time_that_was_left(
    cast: c.Cast,
) -> None:
    referral = c.sent(cast, urgency="urgent")
    act(cast.codou, referral, "acknowledge")
    act(cast.codou, referral, "request_info", codes=["AGE"])
    rounds(47)
    assert {name for _rung, name in heard(referral)} == {"Aissatou"}
    rounds(49, since=47)
    referral.refresh_from_db()
    assert referral.state == State.INFO_REQUESTED
    left = referral.due_at - (referral.info_requested_at + timedelta(hours=48))
    assert timedelta(hours=47, minutes=50) < left <= timedelta(hours=48)
    assert ReferralGrant.objects.get(side="receiving").due_at == referral.due_at
    rounds(75, since=49)
    assert "Codou" in {name for _rung, name in heard(referral)}


def test_a_draft_that_nobody_sends_is_thrown_away_after_a_warning(cast: c.Cast) -> None:
    draft = c.drafted(cast, c.open_case(cast))
    rounds(24 * 3.6, every=6)
    assert heard(draft) == [(1, "Aissatou")]
    rounds(24 * 7 + 1, since=24 * 3.6, every=6)
    draft.refresh_from_db()
    assert (draft.state, draft.withdraw_reason) == (State.WITHDRAWN, "DRAFT_EXPIRED")


def test_a_task_has_a_ladder_too(cast: c.Cast) -> None:
    c.declined(cast, c.sent(cast, urgency="urgent"))
    task = Task.objects.get(kind=TaskKind.REDIRECT)
    rounds(12.1)
    rounds(24.1, since=12.1)
    told = Notice.objects.filter(rung__object_id=task.pk).order_by("made_at")
    assert {(n.rung.number, n.user.name) for n in told} == {(1, "Aissatou"), (2, "Aissatou"), (2, "Bineta")}
    assert sign_in(cast.aissatou).get(reverse("notice", args=[told[0].pk])).url == reverse(
        "task_done", args=[task.pk]
    )


def test_a_notice_leaves_by_mail_once_and_not_when_it_was_read_before(cast: c.Cast) -> None:
    c.sent(cast, urgency="urgent")
    work("referral.deliver")
    mail.outbox.clear()
    rounds(24.1)
    [first] = Notice.objects.filter(rung__number=1)
    assert sign_in(cast.codou).get(reverse("notice", args=[first.pk])).status_code == 302
    assert work("referral.deliver") == 3
    assert sorted(message.to[0] for message in mail.outbox) == sorted(
        [cast.aissatou.email, cast.elisabeth.email]
    )
    assert {message.extra_headers["Message-ID"].partition("@")[0] for message in mail.outbox} == {
        f"<{notice.pk}" for notice in Notice.objects.filter(rung__number=2)
    }
    assert first.deliveries.get().state == "moot"


# --- what nobody moves, though everybody was told


def test_the_top_of_a_ladder_is_climbed_again_each_day_until_something_moves(cast: c.Cast) -> None:
    """An accepted person who never arrives does not expire: somebody telephones, again and again."""
    referral = c.accepted(cast, c.sent(cast, urgency="urgent"))
    calls = Task.objects.filter(kind=TaskKind.DUTY_CALL, referral=referral)
    hours = 0.0
    for number in (1, 2, 3):
        while calls.count() < number:
            rounds(hours + 6, since=hours, every=2)
            hours += 6
            assert hours < 24 * 12
        assert calls.filter(done_at=None).count() == 1
        task = calls.get(done_at=None)
        url = reverse("task_done", args=[task.pk])
        assert press(sign_in(cast.ibrahima), url, result="reached").status_code == 302
    numbers = [rung.number for rung in Rung.objects.filter(object_id=referral.pk)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > len(escalation.LADDERS[State.ACCEPTED])
    assert "no_deadline" in [loss.kind for loss in lost(clock.now())]


def test_who_confirms_and_moves_nothing_is_not_the_last_to_hear(cast: c.Cast) -> None:
    referral = c.accepted(cast, c.sent(cast, urgency="urgent"))
    hours = 0.0
    while not Notice.objects.filter(user=cast.ibrahima, rung__object_id=referral.pk).exists():
        rounds(hours + 2, since=hours, every=2)
        hours += 2
    confirms(cast.ibrahima)
    assert not Task.objects.filter(kind=TaskKind.DUTY_CALL).exists()
    rounds(hours + 23, since=hours, every=2)
    assert not Task.objects.filter(kind=TaskKind.DUTY_CALL).exists()
    rounds(hours + 26, since=hours + 23)
    assert Task.objects.filter(kind=TaskKind.DUTY_CALL, done_at=None).count() == 1


def test_both_sides_see_in_the_timeline_who_was_told_and_who_has_read(cast: c.Cast) -> None:
    referral = c.sent(cast, urgency="urgent")
    rounds(24.1)
    confirms(cast.elisabeth)
    for user, who in ((cast.codou, "Elisabeth"), (cast.aissatou, cast.centre.name)):
        titles = {entry["title"]: entry["text"] for entry in page_of(user, referral).context["entries"]}
        assert titles[fr("Reminder of the deadline")] == ""
        assert who in titles[fr("Deadline passed: those responsible were told")]


def test_all_ladders_of_a_referral_speak_to_the_same_people_by_number() -> None:
    words = [rung.audience for rung in escalation.UNANSWERED_LADDER]
    for ladder in escalation.LADDERS.values():
        assert [rung.audience for rung in ladder] == words[: len(ladder)]


# --- what leaves a house


def test_a_case_s_reference_stays_in_its_house_and_coordination_learns_whom_to_telephone(
    cast: c.Cast,
) -> None:
    case = c.open_case(cast, by=cast.fatou)
    with c.acting(cast.fatou) as actor, transaction.atomic():
        assert actor is not None
        at = clock.now()
        task = Task(
            kind=TaskKind.REASSESS_RISK,
            case=case,
            organisation=cast.ngo,
            owner=cast.fatou,
            made_at=at,
            due_at=at + timedelta(hours=24),
        )
        write(task, case_id=case.pk)
    rounds(37)
    work("referral.deliver")
    theirs = Notice.objects.filter(object_id=task.pk, user=cast.ibrahima)
    assert theirs.exists()
    assert case.reference not in set(theirs.values_list("reference", flat=True))
    ours = Notice.objects.filter(object_id=task.pk, user=cast.fatou)
    assert set(ours.values_list("reference", flat=True)) == {case.reference}
    assert not any(case.reference in str(m.message()) for m in mail.outbox if cast.fatou.email not in m.to)
    answer = sign_in(cast.ibrahima).post(reverse("notice", args=[theirs[0].pk]))
    assert answer.url == reverse("task_heard", args=[task.pk])
    page = sign_in(cast.ibrahima).get(answer.url)
    body = page.content.decode()
    assert cast.ngo.name in body
    assert telephone(cast.ngo.telephone) in body
    assert leaked(page) == []
    assert spoken(case.reference) not in body
    assert same_as_unknown(sign_in(cast.gora), "task_heard", task.pk)


def test_who_was_told_is_not_asked_to_confirm_what_has_moved(cast: c.Cast) -> None:
    referral = c.sent(cast, urgency="urgent")
    rounds(24.1)
    [notice] = Notice.objects.filter(user=cast.elisabeth)
    assert notice.asks_confirmation
    act(cast.codou, referral, "acknowledge")
    notice.refresh_from_db()
    assert not notice.asks_confirmation
    assert sign_in(cast.elisabeth).get(reverse("notice", args=[notice.pk])).status_code == 302
