"""Appel de place: asked at once and nameless, one centre is chosen, for the others it vanishes (issue 5, build 4)."""

from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit import clock
from audit.models import Event
from audit.rows import write
from partners.models import Places
from referral.models import Case, Notice, PlaceCall, PlaceOffer, Referral, Task
from referral.references import spoken
from referral.services.suspension import suspend_organisation
from tests import canary
from tests import cast as c
from tests.referral import life
from tests.referral.calling import centre, held, keep_away, offer_of, offered, opened
from tests.referral.pages import act, later, leaked, press, same_as_unknown, sign_in
from tests.referral.passing import go_round

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def url(name: str, row: Any) -> str:
    return reverse(name, args=[row.pk])


def asks(cast: c.Cast, case: Case, *houses: Any, **typed: Any) -> Any:
    address = f"{url('place_call_new', case)}?service=SHELTER_EMERG&urgency=urgent&days=10"
    said = {"centres": [str(house.pk) for house in houses], "agreed": "yes"}
    return press(sign_in(cast.aissatou), address, **(said | typed))


def answers(user: Any, call: PlaceCall, answer: str, **typed: Any) -> Any:
    return press(sign_in(user), url("place_call_answer", call), answer=answer, **typed)


def state_of(call: PlaceCall) -> tuple[str, list[str]]:
    call.refresh_from_db()
    return call.state, [offer.state for offer in call.offers.order_by("number")]


def test_the_whole_loop_from_the_need_to_the_arrival_at_the_one_chosen(cast: c.Cast) -> None:
    diarra, beds = centre(cast, "diarra")
    case = c.open_case(cast)
    need = f"{url('case_refer', case)}?service=SHELTER_EMERG&urgency=urgent&days=10"
    around = sign_in(cast.aissatou).get(need).context["call_url"]
    page = sign_in(cast.aissatou).get(around)
    assert len(page.context["form"]["centres"].value()) == 3, "the three most likely are ticked"
    assert asks(cast, case, cast.centre, cast.other_centre, diarra.organisation).status_code == 302
    call = PlaceCall.objects.get(case=case)
    assert call.agreed_how == "oral_with_witness"

    # The desk: a word in the inbox, a line on the first page, then one page with two buttons.
    codou = sign_in(cast.codou)
    assert codou.get(reverse("inbox")).context["calls_count"] == 1
    assert url("place_call_answer", call) in codou.get(reverse("home")).content.decode()
    assert answers(cast.codou, call, "offer").status_code == 302
    assert answers(cast.ousmane, call, "no").status_code == 302
    assert answers(diarra, call, "offer").status_code == 302
    assert state_of(call) == ("open", ["offered", "no", "offered"])
    assert held(cast.girls, beds) == [1, 1]
    told = Notice.objects.filter(user=cast.aissatou, object_type="placecall", action_needed=True)
    assert told.count() == 2
    assert sign_in(cast.aissatou).get(url("notice", told[0])).url == url("place_call", call)

    chosen = press(sign_in(cast.aissatou), url("place_call_choose", offer_of(call, cast.centre)))
    draft = Referral.objects.get(case=case)
    assert (chosen.url, draft.state) == (url("referral_check", draft), "draft")
    with c.acting():
        assert (draft.receiving_organisation, draft.preview.details["days"]) == (cast.centre, 10)
    assert state_of(call) == ("chosen", ["chosen", "no", "gone"])
    assert held(cast.girls, beds) == [1, 0]
    assert codou.get(url("place_call_answer", call)).status_code == 200

    # Naming the person still needs consent or a legal ground.
    send = reverse("referral_act", args=[draft.pk, "send"])
    refused = press(sign_in(cast.aissatou), send)
    assert (refused.status_code, Referral.objects.get(pk=draft.pk).state) == (200, "draft")
    c.agree(cast, case, cast.centre)
    draft.refresh_from_db()
    press(sign_in(cast.aissatou), url("referral_check", draft), groups=["identity", "needs"])
    assert press(sign_in(cast.aissatou), send).status_code == 302
    assert same_as_unknown(codou, "place_call_answer", call.pk)
    draft.refresh_from_db()
    assert c.accepted(cast, draft, places=None).state == "accepted"
    assert held(cast.girls) == [1], "the place that was offered is the one that is taken"


def test_for_the_others_it_vanishes_from_the_next_request_on(cast: c.Cast) -> None:
    diarra, _beds = centre(cast, "diarra")
    call = opened(cast, cast.centre, cast.other_centre, diarra.organisation)
    offered(call, cast.codou)
    offered(call, cast.ousmane)
    pages = {user: sign_in(user) for user in (cast.ousmane, diarra)}
    stale = {user: pages[user].get(url("place_call_answer", call)) for user in pages}
    mail.outbox.clear()
    press(sign_in(cast.aissatou), url("place_call_choose", offer_of(call, cast.centre)))
    for user, client in pages.items():
        assert same_as_unknown(client, "place_call_answer", call.pk)
        form = {"key": stale[user].context["form"]["key"].value(), "version": "9", "answer": "offer"}
        assert client.post(url("place_call_answer", call), form).status_code == 404
        for list_page in ("home", "inbox"):
            page = client.get(reverse(list_page))
            assert str(call.pk) not in page.content.decode()
            assert page.context["calls_count"] == 0
        told = Notice.objects.get(user=user, action_needed=False)
        assert (told.reference, told.due_at) == (call.reference, None)
        shown = client.get(url("notice", told)).content.decode()
        assert (str(call.pk) in shown, "SHELTER" in shown) == (False, False)
        assert client.get(url("place_call", call)).status_code == 404
    assert Event.objects.using("audit").filter(actor_id=diarra.pk, outcome="denied").count() >= 2


def test_nothing_that_a_centre_can_open_says_who_it_is_or_who_asks(cast: c.Cast) -> None:
    case = c.open_case(cast)
    call = opened(cast, case=case)
    client = sign_in(cast.codou)
    for address in (url("place_call_answer", call), reverse("home"), reverse("inbox"), reverse("notices")):
        body = (page := client.get(address)).content.decode()
        assert leaked(page) == []
        hidden = (str(case.pk), case.reference, cast.unit.name, cast.aissatou.name)
        assert [word for word in hidden if word in body] == [], address
    shown = client.get(url("place_call_answer", call)).content.decode()
    assert ("Wolof" in shown, call.reference[:3] in shown) == (True, True)
    looks = Event.objects.using("audit").filter(actor_id=cast.codou.pk, object_type="referral.placecall")
    assert {(look.verb, look.case_id) for look in looks} >= {("preview", case.pk), ("list", None)}
    assert canary.found([*c.SECRETS.values(), "danger_nearby"], stored(call)) == []


def stored(call: PlaceCall) -> bytes:
    """The rows of the call as they lie in the database, and their histories."""
    rows = [*PlaceCall.objects.values(), *PlaceCall.history.values(), *PlaceOffer.objects.values()]
    return b"\n".join(
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        for row in rows
        for value in row.values()
    )


def test_at_most_three_eligible_centres_and_the_persons_agreement(cast: c.Cast) -> None:
    houses = [centre(cast, name)[0].organisation for name in ("diarra", "eva", "fanta")]
    case = c.open_case(cast)
    assert asks(cast, case, cast.centre, *houses).status_code == 200
    assert asks(cast, case, cast.ngo).status_code == 200  # gives no lodging
    assert asks(cast, case).status_code == 200
    assert asks(cast, case, cast.centre, agreed="no").status_code == 200
    assert PlaceCall.objects.count() == 0
    with pytest.raises(Exception, match="move refused"):
        opened(cast, cast.centre, *houses, case=case)
    with pytest.raises(Exception, match="move refused"):
        opened(cast, cast.centre, cast.centre, case=case)
    assert asks(cast, case, *houses).status_code == 302
    call = PlaceCall.objects.get()
    with pytest.raises(IntegrityError), c.acting(), transaction.atomic():
        write(PlaceOffer(call=call, organisation=cast.centre, number=4, state_since=clock.now()))
    assert asks(cast, case, cast.centre).status_code == 200, "one open call for a person"


def test_a_double_press_and_a_stale_tab_act_once(cast: c.Cast) -> None:
    call = opened(cast, cast.centre, cast.other_centre)
    client = sign_in(cast.codou)
    page = client.get(url("place_call_answer", call))
    form = {name: page.context["form"][name].value() for name in ("key", "version")} | {"answer": "offer"}
    assert [client.post(url("place_call_answer", call), form).status_code for _twice in (1, 2)] == [302, 302]
    assert (state_of(call)[1], held(cast.girls)) == (["offered", "asked"], [1])
    offered(call, cast.ousmane)
    first, second = (
        url("place_call_choose", offer_of(call, each)) for each in (cast.centre, cast.other_centre)
    )
    aissatou = sign_in(cast.aissatou)
    stale = aissatou.get(second).context["form"]
    press(aissatou, first)
    late = aissatou.post(second, {"key": str(stale["key"].value()), "version": str(stale["version"].value())})
    assert (late.status_code, Referral.objects.count()) == (200, 1)


def test_a_desk_without_a_free_place_offers_none(cast: c.Cast) -> None:
    call = opened(cast)
    with c.acting(), transaction.atomic():
        girls = Places.objects.get(pk=cast.girls.pk)
        girls.occupied = girls.capacity
        write(girls, fields=["occupied"])
    page = sign_in(cast.codou).get(url("place_call_answer", call))
    assert (page.context["full"], 'value="offer"' in page.content.decode()) == (True, False)
    assert answers(cast.codou, call, "offer").status_code == 200
    assert state_of(call) == ("open", ["asked"])


def test_when_all_have_said_no_the_sender_looks_further_at_once(cast: c.Cast) -> None:
    call = opened(cast, cast.centre, cast.other_centre)
    answers(cast.codou, call, "no")
    assert same_as_unknown(sign_in(cast.codou), "place_call_answer", call.pk)
    assert state_of(call)[0] == "open"
    answers(cast.ousmane, call, "no")
    assert state_of(call) == ("expired", ["no", "no"])
    task = Task.objects.get(kind="place_not_found")
    assert (task.owner, task.done_at) == (cast.aissatou, None)
    aissatou = sign_in(cast.aissatou)
    assert url("place_call", call) in aissatou.get(url("task_done", task)).content.decode()
    page = aissatou.get(url("place_call", call))
    assert page.context["again_url"].startswith(url("case_refer", call.case))
    c.sent(cast, call.case)
    assert Task.objects.get(pk=task.pk).done_at is not None


def test_an_offer_that_is_taken_back_gives_the_place_back(cast: c.Cast) -> None:
    call = opened(cast, cast.centre, cast.other_centre)
    offered(call, cast.codou)
    answers(cast.codou, call, "no")
    assert (state_of(call), held(cast.girls)) == (("open", ["withdrawn", "asked"]), [0])


def test_closing_frees_every_place_and_is_told_without_content(cast: c.Cast) -> None:
    call = opened(cast, cast.centre, cast.other_centre)
    offered(call, cast.codou)
    assert press(sign_in(cast.aissatou), url("place_call_close", call)).status_code == 302
    assert (state_of(call), held(cast.girls)) == (("closed", ["gone", "gone"]), [0])
    assert same_as_unknown(sign_in(cast.codou), "place_call_answer", call.pk)
    for user in (cast.codou, cast.ousmane):
        assert Notice.objects.filter(user=user, action_needed=False, reference=call.reference).count() == 1


def test_the_clock_frees_what_nobody_chose_then_ends_what_nobody_answers(cast: c.Cast) -> None:
    call = opened(cast, cast.centre, cast.other_centre)
    later(hours=3, minutes=59)
    go_round()
    assert state_of(call) == ("open", ["asked", "asked"])
    offered(call, cast.codou)
    later(hours=5)
    go_round()
    assert (state_of(call), held(cast.girls)) == (("open", ["offered", "asked"]), [1]), (
        "an offer outlives the call"
    )
    later(hours=6)
    go_round()
    assert (state_of(call), held(cast.girls)) == (("expired", ["gone", "gone"]), [0])
    assert Notice.objects.filter(
        user=cast.aissatou, object_id=Task.objects.get(kind="place_not_found").pk
    ).exists()


def test_a_chosen_place_is_kept_until_sending_and_not_for_ever(cast: c.Cast) -> None:
    call = opened(cast)
    offered(call, cast.codou)
    press(sign_in(cast.aissatou), url("place_call_choose", offer_of(call, cast.centre)))
    draft = Referral.objects.get()
    later(hours=3)
    go_round()
    assert (held(cast.girls), draft.placements.get().state) == ([0], "released")
    assert same_as_unknown(sign_in(cast.codou), "place_call_answer", call.pk), (
        "it is promised nothing any more"
    )
    assert Notice.objects.filter(user=cast.aissatou, object_id=draft.pk, action_needed=True).exists()


def test_a_place_that_was_offered_waits_for_the_desk_as_long_as_the_referral_does(cast: c.Cast) -> None:
    case = c.open_case(cast)
    c.agree(cast, case, cast.centre)
    call = opened(cast, case=case)
    offered(call, cast.codou)
    press(sign_in(cast.aissatou), url("place_call_choose", offer_of(call, cast.centre)))
    draft = Referral.objects.get()
    press(sign_in(cast.aissatou), reverse("referral_act", args=[draft.pk, "send"]))
    later(hours=5)
    go_round()
    draft.refresh_from_db()
    assert (held(cast.girls), draft.placements.get().held_until) == ([1], draft.due_at)
    c.declined(cast, draft)
    assert held(cast.girls) == [0]


def test_a_place_that_was_offered_is_kept_while_the_desk_decides_and_while_it_asks(cast: c.Cast) -> None:
    case = c.open_case(cast)
    c.agree(cast, case, cast.centre)
    call = opened(cast, case=case)
    offered(call, cast.codou)
    press(sign_in(cast.aissatou), url("place_call_choose", offer_of(call, cast.centre)))
    referral = Referral.objects.get()
    press(sign_in(cast.aissatou), reverse("referral_act", args=[referral.pk, "send"]))
    for action, typed in (("acknowledge", {}), ("request_info", {"codes": ["AGE"]})):
        assert act(cast.codou, referral, action, **typed).status_code == 302
        referral.refresh_from_db()
        assert referral.placements.get().held_until == referral.due_at
    later(hours=30)
    go_round(["holds"])
    assert (held(cast.girls), referral.placements.get().state) == ([1], "held")
    assert act(cast.aissatou, referral, "answer", answer_AGE="AGE_ESTIMATED").status_code == 302
    referral.refresh_from_db()
    assert referral.placements.get().held_until == referral.due_at


def test_a_referral_that_came_back_is_redirected_by_the_choice(cast: c.Cast) -> None:
    parent = c.declined(cast)
    page = sign_in(cast.aissatou).get(reverse("referral_act", args=[parent.pk, "redirect"]))
    assert f"parent={parent.pk}" in page.context["call_url"]
    asked = {"centres": [str(cast.other_centre.pk)], "agreed": "yes"}
    assert press(sign_in(cast.aissatou), page.context["call_url"], **asked).status_code == 302
    call = PlaceCall.objects.get()
    offered(call, cast.ousmane)
    press(sign_in(cast.aissatou), url("place_call_choose", offer_of(call, cast.other_centre)))
    assert Referral.objects.get(parent=parent).place_call == call
    assert not Task.objects.filter(kind="redirect", done_at=None).exists()


@pytest.mark.parametrize("whose", ["centre", "unit"])
def test_a_suspended_organisation_is_asked_nothing_and_asks_nothing(cast: c.Cast, whose: str) -> None:
    call = opened(cast, cast.centre, cast.other_centre)
    offered(call, cast.codou)
    house = getattr(cast, whose)
    with c.acting(cast.mareme) as actor:
        suspend_organisation(actor, house.pk, house.version)
    expected = {"centre": ("open", ["gone", "asked"]), "unit": ("closed", ["gone", "gone"])}
    assert (state_of(call), held(cast.girls)) == (expected[whose], [0])


def test_whoever_the_person_is_kept_away_from_meanwhile_finds_the_call_over(cast: c.Cast) -> None:
    call = opened(cast, cast.centre, cast.other_centre)
    offered(call, cast.codou)
    keep_away(cast, call.case, cast.centre)
    assert (state_of(call), held(cast.girls)) == (("open", ["gone", "asked"]), [0])
    assert same_as_unknown(sign_in(cast.codou), "place_call_answer", call.pk)
    choose = url("place_call_choose", offer_of(call, cast.centre))
    assert press(sign_in(cast.aissatou), choose).status_code == 200
    assert not Referral.objects.exists()
    told = Notice.objects.get(user=cast.codou, action_needed=False)
    assert (told.reference, told.due_at) == (call.reference, None), "as to anybody who was not chosen"


def test_with_the_file_ends_its_call_at_once_and_nothing_is_left_to_do_on_it(cast: c.Cast) -> None:
    transfer = life.proposed(cast)
    call = opened(cast, cast.centre, cast.other_centre, case=transfer.case)
    offered(call, cast.ousmane)
    life.taken(cast, transfer)
    assert (state_of(call), held(cast.girls)) == (("closed", ["gone", "gone"]), [0])
    assert same_as_unknown(sign_in(cast.ousmane), "place_call_answer", call.pk)
    later(hours=5)
    go_round()
    assert not Task.objects.filter(case=transfer.case, done_at=None).exists()


def test_coordination_sees_what_is_open_and_nothing_more(cast: c.Cast) -> None:
    call = opened(cast, cast.centre, cast.other_centre)
    offered(call, cast.codou)
    page = sign_in(cast.ibrahima).get(reverse("routing"))
    [shown] = page.context["calls"]
    assert (shown["reference"], shown["house"]) == (spoken(call.reference), cast.unit.name)
    assert leaked(page) == []
    press(sign_in(cast.aissatou), url("place_call_close", call))
    assert sign_in(cast.ibrahima).get(reverse("routing")).context["calls"] == []
