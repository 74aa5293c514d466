"""Duplicates at intake (peers A12): asked where both files are one's own, coordination's where they are not."""

import os
import re
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event
from audit.queries import looks_at_case
from audit.rows import write
from partners.enums import Role
from partners.models import Membership, User
from referral.models import Case, MatchReview, Notice, PersonLink, Task
from tests import cast as c
from tests.referral.pages import leaked, press, same_as_unknown, sign_in, values_of
from tests.referral.story import form_of
from tests.working import work

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def typed(cast: c.Cast, **person: Any) -> dict[str, Any]:
    return form_of(c.GIRL | {"region": cast.region.code} | person)


def opens(cast: c.Cast, who: User, **person: Any) -> Any:
    return press(sign_in(who), reverse("case_new_page"), **typed(cast, **person))


def case_at(url: str) -> Case:
    return Case.objects.get(pk=re.findall(r"[0-9a-f-]{36}", url)[0])


def pair_of(cast: c.Cast) -> MatchReview:
    """The same girl in two organisations, found by the job."""
    c.open_case(cast)
    c.open_case(cast, by=cast.daouda, family_name="N'Diaye-Canari")
    work("referral.duplicates")
    return MatchReview.objects.get()


# --- Inside one's own scope ---------------------------------------------------------------------------------
def test_the_same_person_in_ones_own_file_asks_for_a_decision(cast: c.Cast) -> None:
    first = c.open_case(cast)
    answer = opens(cast, cast.aissatou, phone="", given_names="Mariame Canari")
    case = case_at(answer["Location"])
    assert answer["Location"] == reverse("case_duplicates", args=[case.pk])
    browser = sign_in(cast.aissatou)
    page = browser.get(answer["Location"])
    assert reverse("case", args=[first.pk]) in page.content.decode()
    assert leaked(page) == []
    review = MatchReview.objects.get()
    assert "given_names:near" in review.likenesses
    # No answer is no decision, and the file says so until there is one.
    refused = press(browser, answer["Location"])
    assert (refused.status_code, "form" in refused.context) == (200, True)
    assert refused.context["form"].errors
    asked = browser.get(reverse("case", args=[case.pk])).context["pairs"]
    assert [line["url"] for line in asked] == [answer["Location"]]

    done = press(browser, answer["Location"], **{f"pair_{review.pk}": "same"})
    assert done["Location"] == reverse("case", args=[case.pk])
    review.refresh_from_db()
    link = PersonLink.objects.get()
    assert (review.decision, review.decided_by) == ("same", cast.aissatou)
    assert {link.first_id, link.second_id} == {first.pk, case.pk}
    events = Event.objects.filter(object_id=review.pk, actor_id=cast.aissatou.pk)
    assert "SAME" in set(events.values_list("reason_code", flat=True))


def test_a_correction_asks_too_and_a_decision_is_not_asked_again(cast: c.Cast) -> None:
    c.open_case(cast)
    case = c.open_case(cast, family_name="Diop", given_names="Awa", phone=None, document_number=None)
    browser = sign_in(cast.aissatou)
    edit = f"{reverse('case_edit', args=[case.pk])}?part=identity"
    names = {name: c.SECRETS[name] for name in ("family_name", "given_names")}
    answer = press(browser, edit, **names, nationality="SN")
    assert answer["Location"] == reverse("case_duplicates", args=[case.pk])
    review = MatchReview.objects.get()
    press(browser, answer["Location"], **{f"pair_{review.pk}": "not_sure"})
    again = press(browser, edit, **names, alias="Autre", nationality="SN")
    assert again["Location"] == reverse("case", args=[case.pk])
    review.refresh_from_db()
    assert review.decision == "not_sure"
    # "Not sure yet" waits on the list until it is one or the other.
    changed = press(browser, reverse("duplicate", args=[review.pk]), decision="different")
    assert changed["Location"] == reverse("duplicates")
    review.refresh_from_db()
    assert (review.decision, PersonLink.objects.exists()) == ("different", False)


def test_two_decisions_at_once_are_one(cast: c.Cast) -> None:
    c.open_case(cast)
    case = case_at(opens(cast, cast.aissatou)["Location"])
    review, url = MatchReview.objects.get(), reverse("case_duplicates", args=[case.pk])
    page = sign_in(cast.bineta).get(url)
    press(sign_in(cast.aissatou), url, **{f"pair_{review.pk}": "same"})
    key = page.context["form"]["key"].value()
    late = sign_in(cast.bineta).post(url, {"key": key, f"pair_{review.pk}": "different"})
    review.refresh_from_db()
    assert (late.status_code, review.decision) == (200, "same")


def test_a_colleagues_file_is_the_supervisors_to_compare(cast: c.Cast) -> None:
    """Of one organisation, but not of one worker: the worker learns nothing, the supervisor sees both."""
    write_colleague(cast)
    c.open_case(cast)
    answer = opens(cast, cast.ibrahima)
    assert answer["Location"] == reverse("case", args=[case_at(answer["Location"]).pk])
    work("referral.duplicates")
    review = MatchReview.objects.get()
    assert same_as_unknown(sign_in(cast.aissatou), "duplicate", review.pk)
    page = sign_in(cast.bineta).get(reverse("home")).content.decode()
    assert reverse("duplicates") in page
    press(sign_in(cast.bineta), reverse("duplicate", args=[review.pk]), decision="same")
    assert PersonLink.objects.count() == 1


def write_colleague(cast: c.Cast) -> None:
    """Ibrahima works on cases too."""
    with c.acting():
        write(Membership(user=cast.ibrahima, role=Role.CASEWORKER, since=cast.at))


# --- Between organisations ----------------------------------------------------------------------------------
def test_between_organisations_coordination_alone_hears(cast: c.Cast) -> None:
    review = pair_of(cast)
    for who in ("aissatou", "bineta", "daouda", "elisabeth", "codou", "fatou", "khady", "mareme"):
        assert same_as_unknown(sign_in(cast.people[who]), "duplicate", review.pk), who
    for case in Case.objects.all():
        owner = sign_in(User.objects.get(pk=case.owner_id))
        assert owner.get(reverse("case", args=[case.pk])).context["pairs"] == []
        scopes = set(looks_at_case(case.pk).values_list("verb", "scope"))
        assert not any("duplicates" in scope for _verb, scope in scopes), "who looked would tell"
    browser = sign_in(cast.ibrahima)
    assert reverse("duplicates") in browser.get(reverse("home")).content.decode()
    queue = browser.get(reverse("duplicates")).content.decode()
    page = browser.get(reverse("duplicate", args=[review.pk]))
    for body in (queue, page.content.decode()):
        assert cast.unit.name in body
        assert cast.centre.name in body
        assert not any(case.reference[:3] in body for case in Case.objects.all())
    assert leaked(page) == []
    assert {state for _name, state, _label in page.context["compared"]["fields"]} == {"same", "near"}
    seen = Event.objects.using("audit").filter(object_id=review.pk, actor_id=cast.ibrahima.pk, verb="view")
    assert seen.exists()
    assert not seen.exclude(case_id=None).exists()


def test_each_owner_is_asked_to_telephone_and_told_no_more(cast: c.Cast) -> None:
    review = pair_of(cast)
    before = set(Notice.objects.values_list("pk", flat=True))
    answer = press(
        sign_in(cast.ibrahima), reverse("duplicate", args=[review.pk]), decision="same", telephone="on"
    )
    assert answer.status_code == 302
    told = Notice.objects.exclude(pk__in=before)
    assert {notice.user for notice in told} == {cast.aissatou, cast.daouda}
    ours, theirs = Case.objects.get(owner=cast.aissatou), Case.objects.get(owner=cast.daouda)
    for who, case, house, other in (
        ("aissatou", ours, cast.centre, theirs),
        ("daouda", theirs, cast.unit, ours),
    ):
        task = Task.objects.get(kind="compare_call", case=case)
        page = sign_in(cast.people[who]).get(reverse("task_done", args=[task.pk]))
        body = page.content.decode().replace("\xa0", " ")
        assert house.name in body
        assert f"{case.reference[:3]} {case.reference[3:6]}" in body
        assert other.reference[:3] not in body
        assert leaked(page) == []
        assert press(sign_in(cast.people[who]), reverse("task_done", args=[task.pk])).status_code == 302


def test_a_link_is_undone_with_a_reason_and_decided_again(cast: c.Cast) -> None:
    review, browser = pair_of(cast), sign_in(cast.ibrahima)
    page, undo = (reverse(name, args=[review.pk]) for name in ("duplicate", "duplicate_undo"))
    assert browser.get(undo)["Location"] == page
    stale = browser.get(page).context["form"]["key"].value()
    press(browser, page, decision="same")
    assert browser.get(page)["Location"] == undo
    late = sign_in(cast.ibrahima).post(
        page, {"key": stale, "version": review.version, "decision": "different"}
    )
    assert late["Location"] == undo
    assert press(browser, undo).context["form"].errors
    assert press(browser, undo, reason="mistake")["Location"] == reverse("duplicates")
    link = PersonLink.objects.get()
    assert (link.undone_by, link.undo_reason) == (cast.ibrahima, "mistake")
    assert Event.objects.filter(object_id=link.pk, reason_code="MISTAKE").exists()
    press(browser, page, decision="same")
    assert PersonLink.objects.filter(undone_at=None).count() == 1
    shown = browser.get(f"{reverse('duplicates')}?show=decided").context["rows"]
    assert [row["url"] for row in shown] == [undo]


def test_a_later_correction_is_compared_again(cast: c.Cast) -> None:
    review = pair_of(cast)
    case = Case.objects.get(owner=cast.aissatou)
    edit = f"{reverse('case_edit', args=[case.pk])}?part=contact"
    press(sign_in(cast.aissatou), edit, phone="+221 77 555 55 55")
    work("referral.duplicates")
    review.refresh_from_db()
    assert "phone:different" in review.likenesses
    assert MatchReview.objects.count() == 1


# --- Nobody can ask by opening files or by searching ---------------------------------------------------------
#: Written or read by the clock: the last activity, the words of the lists.
BY_THE_CLOCK = ("django_session", "partners_code")


def asked(browser: Client, url: str, data: dict[str, Any]) -> dict[str, Any]:
    for each in connections.all():
        each.queries_log.clear()  # it keeps 9,000; the long run asks more
    with (
        CaptureQueriesContext(connections["default"]) as business,
        CaptureQueriesContext(connections["audit"]) as audit,
        transaction.atomic(),
    ):
        answer = browser.post(url, data)
        # The next one asks from the same place: what one holds oneself may cost something.
        transaction.set_rollback(True)
    location = re.sub(r"[0-9a-f-]{36}", "…", answer.get("Location", ""))
    return {
        "status": answer.status_code,
        "location": location,
        "queries": [
            shape(query["sql"])
            for query in (*business, *audit)
            if not any(table in query["sql"] for table in BY_THE_CLOCK)
        ],
        "bytes": len(answer.content),
        "headers": sorted(pair for pair in answer.items() if pair[0] not in ("Location", "Expires")),
    }


def shape(sql: str) -> str:
    """A statement without its values: a list of any length is a list."""
    sql = re.sub(r"'[^']*'(::\w+)?|\"s\d+_x\d+\"|\b\d+\b|\\x[0-9a-f]+", "?", sql)
    return re.sub(r"\?(, ?\?)+", "?", re.sub(r"\([?, ]+\)", "(?)", sql))[:200]


def numbered(number: int) -> dict[str, str]:
    """As many letters for everybody, and no two alike."""
    letters = "bdfgklmnrst"
    word = "".join(letters[(number // 11**place) % 11] + "a" for place in range(3))
    names = {"family_name": f"F{word}", "given_names": f"G{word}"}
    return names | {"phone": f"+221 77 {100_0000 + number}", "document_number": f"SN {1000 + number}"}


#: Half of them held by others.
NAMES = 1000 if os.environ.get("FULL") == "1" else 6


@pytest.mark.no_cover  # long under FULL=1; each act is measured where it is tested
def test_searching_and_opening_cost_and_say_the_same_whoever_holds_the_person(
    cast: c.Cast, settings: Any
) -> None:
    settings.RELAIS_SEARCHES = 500_000  # so that what is left keeps its number of digits
    held, browser = [numbered(number) for number in range(0, NAMES, 2)], sign_in(cast.daouda)
    for person in held:
        c.open_case(cast, **person)
    url, new = reverse("case_search"), reverse("case_new_page")
    browser.get(url)
    browser.get(new)
    for make in (searched_by_name, searched_by_number, opened):
        answers: dict[bool, list[Any]] = {True: [], False: []}
        for number in range(NAMES):
            where, data = make(cast, browser, url, new, number)
            answers[number % 2 == 0].append(asked(browser, where, data))
            if make is opened and number > 4:
                break
        for part in answers[True][0]:
            held_by_others, by_nobody = (
                {str(each[part]) for each in answers[side]} for side in (True, False)
            )
            assert held_by_others == by_nobody, (make.__name__, part)
    where, data = opened(cast, browser, url, new, 0)
    browser.post(where, data)
    assert not MatchReview.objects.exists()
    work("referral.duplicates")
    assert MatchReview.objects.count() == 1, "there was something to find"


def searched_by_name(
    cast: c.Cast, browser: Client, url: str, new: str, number: int
) -> tuple[str, dict[str, Any]]:
    return url, {name: numbered(number)[name] for name in ("family_name", "given_names")}


def searched_by_number(
    cast: c.Cast, browser: Client, url: str, new: str, number: int
) -> tuple[str, dict[str, Any]]:
    return url, {"phone": numbered(number)["phone"]}


def opened(cast: c.Cast, browser: Client, url: str, new: str, number: int) -> tuple[str, dict[str, Any]]:
    untouched = values_of(browser.get(new).context["form"])
    return new, untouched | typed(cast, **numbered(number))
