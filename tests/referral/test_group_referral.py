"""Several persons in one act: who can go goes, families stay together, the desk takes as many as it has room for."""

import os
import re

import pytest
from django.db import transaction
from django.urls import reverse

from audit import clock
from audit.models import Event
from audit.work import at_work
from partners.models import Overflow, Places
from referral import lifecycle
from referral.models import Case, GroupReferral, LegalGround, Notice, Referral, Rung, Task
from referral.services import receiving
from referral.services.escalating import climb_referral
from tests import cast as c
from tests.referral import arrivals as a
from tests.referral.pages import later, press, same_as_unknown, sign_in, values_of
from tests.referral.test_referral_lists import queries_of
from tests.referral.test_referral_receiving import fill
from tests.world import more_places

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def notices_since(before: set[object]) -> list[tuple[str, str]]:
    found = Notice.objects.exclude(pk__in=before).select_related("user")
    return sorted((notice.user.name, notice.object_type) for notice in found)


def told() -> set[object]:
    return set(Notice.objects.values_list("pk", flat=True))


def states(group: GroupReferral) -> list[str]:
    return list(group.referrals.order_by("case__slip__number").values_list("state", flat=True))


def test_a_ground_is_recorded_for_many_and_one_act_sends_them_all(cast: c.Cast) -> None:
    arrival = a.arrived(cast, *(a.line(number) for number in range(1, 7)))
    checked = sign_in(cast.aissatou).get(a.refer_url(cast, arrival, range(1, 7)))
    assert (len(checked.context["ready"]), len(checked.context["left"])) == (0, 6)
    assert checked.context["grounds"] == 6
    before = told()
    answer = a.ground(cast, arrival, range(1, 7), view_5="Elle veut voir sa tante")
    assert answer.status_code == 302
    grounds = LegalGround.objects.filter(code="child_protection").select_related("case__slip")
    with c.acting(cast.aissatou):
        views = {each.case.slip.number: each.best_interest["view"] for each in grounds}
    assert (len(views), views.pop(5)) == (6, "Elle veut voir sa tante")
    assert set(views.values()) == {a.BEST_INTEREST["view"]}
    assert notices_since(before) == [("Bineta", "case")]
    checked = sign_in(cast.aissatou).get(answer["Location"])
    assert (len(checked.context["ready"]), len(checked.context["left"])) == (6, 0)
    before = told()
    answer = a.send(cast, arrival, range(1, 7))
    assert answer.status_code == 302, answer.context["form"].errors
    group = GroupReferral.objects.get()
    assert (group.size, states(group)) == (6, ["sent"] * 6)
    assert not Task.objects.filter(kind="first_step", done_at=None).exists(), "their first step is done"
    assert notices_since(before) == [("Codou", "groupreferral")]


def test_the_desk_sees_one_line_and_takes_some(cast: c.Cast) -> None:
    more_places(cast, 3)
    arrival = a.arrived(cast, *(a.line(number) for number in range(1, 6)))
    group = a.sent(cast, arrival, range(1, 6))
    inbox = sign_in(cast.codou).get(reverse("inbox"))
    assert [row["url"] for row in inbox.context["rows"]] == [reverse("group_referral", args=[group.pk])]
    page = sign_in(cast.codou).get(reverse("group_referral", args=[group.pk]))
    assert page.context["waiting"] == 5
    before = told()
    answer = a.answer(cast, group, [1, 2, 3, 4])
    assert answer.status_code == 200
    assert "3" in str(answer.context["form"].non_field_errors())
    assert states(group) == ["sent"] * 5
    assert told() == before
    answer = a.answer(cast, group, [1, 2, 3])
    assert answer.status_code == 302, answer.context["form"].errors
    assert states(group) == ["accepted"] * 3 + ["declined"] * 2
    assert notices_since(before) == [("Aissatou", "groupreferral")]


def test_who_lacks_consent_or_ground_stays_behind_with_the_reason(cast: c.Cast) -> None:
    arrival = a.arrived(cast, a.line(1), a.line(2, age="21-29"), a.line(3, sex="male", age="30-47"))
    assert a.ground(cast, arrival, [1, 2, 3]).status_code == 302
    page = sign_in(cast.aissatou).get(a.refer_url(cast, arrival, [1, 2, 3]))
    assert [each["number"] for each in page.context["ready"]] == [1]
    assert [each["number"] for each in page.context["left"]] == [2, 3]
    assert all(each["why"] for each in page.context["left"])
    assert a.send(cast, arrival, [1, 2, 3]).status_code == 302
    assert [row.case.slip.number for row in GroupReferral.objects.get().referrals.all()] == [1]
    assert Referral.objects.count() == 1, "nobody is sent without a basis"


def test_the_check_of_fifteen_persons_reads_no_more_than_that_of_five(cast: c.Cast) -> None:
    """In each five: one has agreed, one child has nothing, one child a ground, one agreed long ago, one is there."""
    ages = {1: "21-29", 4: "21-29", 5: "21-29"}
    arrival = a.arrived(cast, *(a.line(n, age=ages.get((n - 1) % 5 + 1, "9-13")) for n in range(1, 16)))
    cases = {n: a.case_of(arrival, n) for n in range(1, 16)}
    for n in (4, 9, 14):
        c.agree(cast, cases[n], cast.centre)
    later(days=400)
    for n in (1, 6, 11):
        c.agree(cast, cases[n], cast.centre)
        c.sent(cast, cases[n + 4])
    a.ground(cast, arrival, [3, 8, 13])
    client, read = sign_in(cast.aissatou), {}
    for count in (5, 15):
        url = a.refer_url(cast, arrival, range(1, count + 1))
        read[count] = len(queries_of(client, url))
        page = client.get(url).context
        blocks = range(0, count, 5)
        assert [each["number"] for each in page["ready"]] == [n + k for n in blocks for k in (1, 3)]
        why = {each["number"]: each["why"] for each in page["left"]}
        uncovered, twice = str(lifecycle.BASIS_LIVE.sentence), str(lifecycle.NOT_TWICE.sentence)
        assert why == {n + k: twice if k == 5 else uncovered for n in blocks for k in (2, 4, 5)}
        assert page["grounds"] == len(blocks)
        of_ground, of_consent = page["ready"][1]["shared"], page["ready"][0]["shared"]
        assert of_ground == of_consent, "all that the service needs, either way"
    assert read[5] == read[15]
    assert read[5] <= 40


def test_who_has_said_no_to_one_of_them_is_not_offered_for_all(cast: c.Cast) -> None:
    arrival = a.arrived(cast, a.line(1), a.line(2), a.line(3))
    c.declined(cast, c.sent(cast, a.case_of(arrival, 2)), reason_code="CONFLICT_OF_INTEREST")

    def offered(numbers: list[int]) -> set[object]:
        page = sign_in(cast.aissatou).get(a.refer_url(cast, arrival, numbers, to=""))
        return {each.organisation.pk for each in page.context["staffed"]}

    assert offered([1, 3]) == {cast.centre.pk, cast.other_centre.pk}
    assert offered([1, 2, 3]) == {cast.other_centre.pk}


def test_a_group_is_sent_once_and_a_file_corrected_meanwhile_is_looked_at_again(cast: c.Cast) -> None:
    arrival = a.arrived(cast, a.line(1), a.line(2))
    a.ground(cast, arrival, [1, 2])
    client, url = sign_in(cast.aissatou), a.refer_url(cast, arrival, [1, 2])
    typed = values_of(client.get(url).context["form"])
    edit = f"{reverse('case_edit', args=[a.case_of(arrival, 1).pk])}?part=person"
    assert press(client, edit, age_band="14-17").status_code == 302
    assert client.post(url, typed).status_code == 200
    assert GroupReferral.objects.count() == 0
    typed = values_of(client.get(url).context["form"])
    assert client.post(url, typed)["Location"] == client.post(url, typed)["Location"]
    assert GroupReferral.objects.count() == 1


def test_a_family_is_split_only_with_a_reason(cast: c.Cast) -> None:
    more_places(cast, 9)
    arrival = a.arrived(cast, a.line(1, family="A"), a.line(2, family="A"), a.line(3))
    a.ground(cast, arrival, [1, 2, 3])
    answer = a.send(cast, arrival, [1, 3])
    assert (answer.status_code, "split_reason" in answer.context["form"].errors) == (200, True)
    assert GroupReferral.objects.count() == 0
    group = a.sent(cast, arrival, [1, 2, 3])
    answer = a.answer(cast, group, [1, 3])
    assert answer.status_code == 200
    assert states(group) == ["sent"] * 3
    assert a.answer(cast, group, [1, 3], split_reason="Chambre canari").status_code == 302
    assert states(group) == ["accepted", "declined", "accepted"]
    declined = group.referrals.get(state="declined")
    page = sign_in(cast.aissatou).get(reverse("referral", args=[declined.pk])).content.decode()
    assert "Chambre canari" in page, "the sender reads why"


def test_the_rest_waits_or_is_offered_together_elsewhere(cast: c.Cast) -> None:
    more_places(cast, 9)
    arrival = a.arrived(cast, *(a.line(number) for number in range(1, 5)))
    group = a.sent(cast, arrival, range(1, 5))
    assert a.answer(cast, group, [1], rest="wait", reason_code="").status_code == 302
    assert states(group) == ["accepted", "sent", "sent", "sent"]
    assert a.answer(cast, group, [2]).status_code == 302
    assert states(group) == ["accepted", "accepted", "declined", "declined"]
    assert Task.objects.filter(kind="redirect", done_at=None).count() == 2
    url = sign_in(cast.aissatou).get(reverse("group_referral", args=[group.pk])).context["rest_url"]
    who = sign_in(cast.aissatou).get(url)
    assert [each["number"] for each in who.context["members"] if each["ticked"]] == [3, 4]
    elsewhere = {"of": str(group.pk), "to": str(cast.other_centre.pk)}
    assert a.ground(cast, arrival, [3, 4], **elsewhere).status_code == 302
    answer = a.send(cast, arrival, [3, 4], elsewhere)
    assert answer.status_code == 302, answer.context["form"].errors
    rest = GroupReferral.objects.get(parent=group)
    assert (rest.receiving_organisation_id, states(rest)) == (cast.other_centre.pk, ["sent", "sent"])
    assert all(row.parent is not None and row.parent.state == "declined" for row in rest.referrals.all())
    assert not Task.objects.filter(kind="redirect", done_at=None).exists()
    again = sign_in(cast.aissatou).get(reverse("group_referral", args=[group.pk]))
    assert again.context["rest_url"] == "", "nobody of the rest is nowhere"


def test_each_one_accepted_has_a_place_a_code_and_a_line_of_her_own(cast: c.Cast) -> None:
    more_places(cast, 3)
    arrival = a.arrived(cast, *(a.line(number) for number in range(1, 4)))
    group = a.sent(cast, arrival, range(1, 4))
    assert a.answer(cast, group, [1, 2]).status_code == 302
    assert Places.objects.get(pk=cast.girls.pk).held == 2
    accepted = list(group.referrals.filter(state="accepted"))
    with c.acting(cast.aissatou):
        codes = {Referral.objects.get(pk=row.pk).arrival_code for row in accepted}
    assert len(codes) == 2
    rows = sign_in(cast.codou).get(reverse("inbox")).context["rows"]
    assert {row["url"] for row in rows} == {reverse("referral", args=[row.pk]) for row in accepted}
    events = Event.objects.filter(verb="transition.accept")
    assert {event.referral_id for event in events} == {row.pk for row in accepted}
    declined = group.referrals.get(state="declined")
    assert sign_in(cast.codou).get(reverse("referral", args=[declined.pk])).status_code == 404


def test_more_than_there_is_room_for_are_taken_by_somebody_who_says_why(cast: c.Cast) -> None:
    arrival = a.arrived(cast, *(a.line(number) for number in range(1, 4)))
    group = a.sent(cast, arrival, range(1, 4))
    page = sign_in(cast.codou).get(reverse("group_answer", args=[group.pk])).content.decode()
    assert 'name="overflow"' in page
    refused = a.answer(cast, group, [1, 2, 3])
    assert "2" in str(refused.context["form"].non_field_errors())
    wordless = a.answer(cast, group, [1, 2, 3], overflow="OTHER")
    assert set(wordless.context["form"].errors) == {"overflow_words"}
    assert states(group) == ["sent"] * 3
    words = "trop-plein canari"
    assert a.answer(cast, group, [1, 2, 3], overflow="OTHER", overflow_words=words).status_code == 302
    assert states(group) == ["accepted"] * 3
    girls = Places.objects.get(pk=cast.girls.pk)
    assert (girls.held, girls.over, girls.free) == (3, 1, 0)
    above = Overflow.objects.get()
    assert (above.persons, above.reason, above.said_by) == (1, "OTHER", cast.codou)
    with c.acting(cast.codou):
        assert Overflow.objects.get().words == words


def test_a_full_house_takes_a_group_above_capacity_or_not_at_all(cast: c.Cast) -> None:
    fill(cast.girls)
    group = a.sent(cast, a.arrived(cast, a.line(1), a.line(2)), [1, 2])
    assert a.answer(cast, group, [1]).status_code == 200
    assert a.answer(cast, group, [1], overflow="danger", overflow_words="ignorés").status_code == 302
    assert states(group) == ["accepted", "declined"]
    assert Overflow.objects.get().reason == "danger"


def test_nobody_is_asked_why_while_there_is_room(cast: c.Cast) -> None:
    group = a.sent(cast, a.arrived(cast, a.line(1), a.line(2)), [1, 2])
    assert (
        "overflow"
        not in sign_in(cast.codou).get(reverse("group_answer", args=[group.pk])).context["form"].fields
    )
    assert a.answer(cast, group, [1, 2], overflow="danger").status_code == 302
    assert not Overflow.objects.exists()


def test_a_place_held_by_telephone_for_one_of_them_is_hers(cast: c.Cast) -> None:
    """The house is full by that very place."""
    more_places(cast, 1)
    group = a.sent(cast, a.arrived(cast, a.line(1), a.line(2)), [1, 2])
    with c.acting(cast.codou), transaction.atomic():
        row = group.referrals.get(case__slip__number=1)
        receiving.hold(row, at=clock.now(), places_id=cast.girls.pk, label=None, by_telephone=True)
    assert a.answer(cast, group, [1, 2]).status_code == 200
    assert a.answer(cast, group, [1]).status_code == 302
    girls = Places.objects.get(pk=cast.girls.pk)
    assert (girls.held, girls.over, girls.free) == (1, 0, 0)


def test_one_press_acknowledges_all_and_the_inbox_counts_who_waits(cast: c.Cast) -> None:
    arrival = a.arrived(cast, a.line(1, age="0-5"), a.line(2, age="0-5"), a.line(3, sex="male", age="14-17"))
    group = a.sent(cast, arrival, [1, 2, 3])
    before = told()
    url = reverse("group_acknowledge", args=[group.pk])
    assert press(sign_in(cast.codou), url).status_code == 302
    assert states(group) == ["acknowledged"] * 3
    assert notices_since(before) == [("Aissatou", "groupreferral")]
    again = press(sign_in(cast.codou), url)
    assert again.status_code == 200, "nobody is left to acknowledge"
    client = sign_in(cast.codou)
    for page in ("inbox", "home"):
        (row,) = [
            each
            for each in client.get(reverse(page)).context["rows" if page == "inbox" else "lines"]
            if each["url"] == reverse("group_referral", args=[group.pk])
        ]
        assert [int(n) for n in re.findall(r"(?<!\d)(\d) ", row["note"])][:1] == [3]
    c.sent(cast)
    assert len(client.get(reverse("inbox")).context["rows"]) == 2
    one = group.referrals.first()
    assert client.get(reverse("referral_act", args=[one.pk, "accept"]))["Location"] == reverse(
        "group_answer", args=[group.pk]
    )


def test_the_inbox_with_a_group_takes_six_queries(cast: c.Cast) -> None:
    arrival = a.arrived(cast, *(a.line(number) for number in range(1, 4)))
    a.sent(cast, arrival, [1, 2, 3])
    c.sent(cast)
    assert len(queries_of(sign_in(cast.codou), reverse("inbox"))) <= 6


def test_the_first_that_fit_are_ticked_families_as_a_whole(cast: c.Cast) -> None:
    arrival = a.arrived(
        cast,
        a.line(1, triage="urgent"),
        a.line(2, family="A"),
        a.line(3, family="A"),
        a.line(4, age="14-17"),
        a.line(5),
        a.line(6, sex="male"),
    )
    url = reverse("arrival_refer", args=[arrival.pk])

    def ticked(**pick: str) -> list[int]:
        page = sign_in(cast.aissatou).get(url, {"pick": "1"} | pick)
        return sorted(each["number"] for each in page.context["members"] if each["ticked"])

    assert ticked() == [1, 2, 3, 4, 5, 6]
    assert ticked(sex="female", upto="9-13") == [1, 2, 3, 5]
    assert ticked(sex="female", upto="9-13", most="3") == [1, 2, 3]
    assert ticked(sex="female", upto="9-13", most="2") == [1, 5], "no family is torn apart"
    group = a.sent(cast, arrival, range(1, 6))
    page = sign_in(cast.codou).get(
        reverse("group_answer", args=[group.pk]), {"pick": "1", "upto": "9-13", "most": "3"}
    )
    assert [each["number"] for each in page.context["members"] if each["ticked"]] == [1, 2, 3]


def test_nobody_else_sees_a_group_and_the_wrong_role_changes_nothing(cast: c.Cast) -> None:
    arrival = a.arrived(cast, a.line(1), a.line(2))
    group = a.sent(cast, arrival, [1, 2])
    for stranger in (cast.ousmane, cast.fatou, cast.ibrahima):
        assert same_as_unknown(sign_in(stranger), "group_referral", group.pk)
    for who in (cast.aissatou, cast.daouda):
        assert sign_in(who).post(reverse("group_answer", args=[group.pk]), {}).status_code == 403
    assert states(group) == ["sent"] * 2
    page = sign_in(cast.codou).get(reverse("group_referral", args=[group.pk])).content.decode()
    assert not any(case.reference[:3] + " " + case.reference[3:6] in page for case in Case.objects.all())
    assert str(arrival.pk) not in page


def test_whoever_comes_back_to_an_answered_group_is_told_so(cast: c.Cast) -> None:
    arrival = a.arrived(cast, a.line(1), a.line(2))
    group = a.sent(cast, arrival, [1, 2])
    client, url = sign_in(cast.codou), reverse("group_answer", args=[group.pk])
    typed = values_of(client.get(url).context["form"]) | {
        "accepted": [str(group.referrals.first().pk)],
        "conflict": "no",
        "place_girls": str(cast.girls.pk),
        "rest": "wait",
    }
    press(sign_in(cast.elisabeth), reverse("group_acknowledge", args=[group.pk]))
    answer = client.post(url, typed)
    assert (answer.status_code, answer.context["form"].stale) == (200, True)
    assert states(group) == ["acknowledged"] * 2


@pytest.mark.no_cover  # long under FULL=1; each act is measured where it is tested
@pytest.mark.skipif(os.environ.get("FULL") != "1", reason="eighty persons are the long run's")
def test_eighty_persons_go_together(cast: c.Cast) -> None:
    more_places(cast, 60)
    arrival = a.arrived(cast, *(a.line(n, family="A" if n < 6 else "") for n in range(1, 81)))
    for step, doing in (
        ("ground", lambda: a.ground(cast, arrival, range(1, 81))),
        ("send", lambda: a.send(cast, arrival, range(1, 81))),
        ("answer", lambda: a.answer(cast, GroupReferral.objects.get(), range(1, 61))),
    ):
        assert doing().status_code == 302, step
    assert sorted(states(GroupReferral.objects.get()))[::79] == ["accepted", "declined"]


def test_the_clock_speaks_of_a_group_once_and_one_confirms_for_all(cast: c.Cast) -> None:
    arrival = a.arrived(cast, *(a.line(number) for number in range(1, 4)))
    group = a.sent(cast, arrival, [1, 2, 3])
    before, at = told(), clock.now()
    with at_work(), transaction.atomic():
        for row in group.referrals.order_by("seq"):
            climb_referral(row, 2, at=at)
    heard = Notice.objects.exclude(pk__in=before)
    assert {notice.object_type for notice in heard} == {"groupreferral"}
    assert heard.count() == len({notice.user_id for notice in heard})
    rungs = Rung.objects.filter(referral__group_referral=group, number=2)
    assert rungs.count() == 3
    asked = heard.filter(rung__confirm_by__isnull=False).first()
    assert asked is not None
    sign_in(asked.user).post(reverse("notice", args=[asked.pk]))
    assert rungs.exclude(confirmed_at=None).count() == 3
