"""Everything that must be refused: a clear sentence or a 404, nothing changed, an event where it is a denial.

Here: who, when, twice, whose. Consent, places and organisations: test_refusals_rules.py; text and size:
test_refusals_text.py; broken data and outages: test_refusals_outage.py.
"""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils.http import urlencode

from audit import clock
from audit.models import Event
from audit.rows import write
from partners.enums import PersonGroup
from partners.models import Places, Site, User
from referral.models import Case, Consent, Referral
from tests import cast as c
from tests.contents import log_holds, nothing_changes
from tests.referral.pages import act_url, press, sign_in, values_of
from tests.referral.story import form_of, fr, said
from tests.world import taken_back

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

STALE = "Somebody has changed this since you opened the page. Look at it again, then decide."
NO_BASIS = "No live consent or legal ground covers what would be shared with this organisation."


#: An act, where it begins, who does it and what they type.
ACTS: dict[str, tuple[Callable[[c.Cast], Referral], str, dict[str, str]]] = {
    "acknowledge": (c.sent, "codou", {}),
    "accept": (c.sent, "codou", {"conflict": "no"}),
    "decline": (c.sent, "codou", {"reason_code": "NO_CAPACITY"}),
    "step_back": (c.accepted, "codou", {"conflict": "on"}),
    "write": (c.accepted, "codou", {"body": "Elle arrive à midi"}),
    "complete": (c.started, "codou", {"reason_code": "NEED_MET", "left": "yes"}),
    "withdraw": (c.sent, "aissatou", {"reason_code": "ERROR"}),
    "redirect": (c.declined, "ibrahima", {}),
}


@pytest.fixture(autouse=True)
def the_log_holds_no_datum(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert log_holds(caplog, c.SECRETS.values()) == []


def denials(user: User) -> list[str]:
    events = Event.objects.using("audit").filter(actor_id=user.pk, outcome="denied").order_by("seq")
    return list(events.values_list("reason_code", flat=True))


def form(version: int | None = None, **typed: Any) -> dict[str, Any]:
    return {"key": str(uuid4()), **({} if version is None else {"version": str(version)}), **typed}


def answered(referral: Referral, cast: c.Cast, **typed: Any) -> dict[str, Any]:
    """An acceptance as the page of `codou` would send it."""
    page = sign_in(cast.codou).get(act_url(referral, "accept"))
    return values_of(page.context["form"]) | {"conflict": "no"} | typed


# --- Who, on which side, when -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "action", "typed"),
    [
        ("daouda", "acknowledge", {}),  # right side, wrong role
        ("daouda", "decline", {"reason_code": "NO_CAPACITY"}),
        ("bineta", "write", {"said": "call_me:"}),
        ("aissatou", "accept", {"conflict": "no"}),  # wrong side
        ("aissatou", "decline", {"reason_code": "NO_CAPACITY"}),
        ("codou", "withdraw", {"reason_code": "ERROR"}),
        ("elisabeth", "send", {}),
    ],
)
def test_wrong_actor_or_wrong_side(cast: c.Cast, who: str, action: str, typed: dict[str, str]) -> None:
    referral, user = c.sent(cast), cast.people[who]
    with nothing_changes():
        answer = sign_in(user).post(act_url(referral, action), form(referral.version, **typed))
    assert answer.status_code == 403
    assert fr("Your role does not allow this") in answer.content.decode()
    assert denials(user) == [f"NOT_ALLOWED_{action.upper()}"]


@pytest.mark.parametrize(
    ("who", "action", "typed"),
    [
        ("codou", "complete", {"reason_code": "NEED_MET"}),
        ("codou", "start", {"identified_otherwise": "besoin canari"}),
        ("codou", "step_back", {"conflict": "on"}),
        ("aissatou", "send", {}),
        ("aissatou", "redirect", {"organisation": "other_centre"}),
    ],
)
def test_wrong_state(cast: c.Cast, who: str, action: str, typed: dict[str, str]) -> None:
    referral, user = c.sent(cast), cast.people[who]
    person_version = str(referral.case.person.version)
    at = clock.now().strftime("%Y-%m-%dT%H:%M")
    with nothing_changes():
        typed = {
            name: getattr(cast, value).pk if name == "organisation" else value
            for name, value in typed.items()
        }
        data = form(referral.version, person_version=person_version, occurred_at=at, **typed)
        answer = sign_in(user).post(act_url(referral, action), data)
    assert answer.status_code == 200
    assert fr("This is no longer possible: the status has changed.") in answer.content.decode()
    assert denials(user) in ([f"NOT_POSSIBLE_{action.upper()}"], [])
    assert denials(user) or action == "redirect"  # its page says so before anything is sent


def test_an_act_that_does_not_exist_is_an_address_that_does_not(cast: c.Cast) -> None:
    referral = c.sent(cast)
    with nothing_changes():
        for action in ("expire", "release", "x" * 300, "accept%00"):
            assert sign_in(cast.codou).post(f"/referrals/{referral.pk}/{action}/", form(1)).status_code == 404


# --- Twice, or too late -------------------------------------------------------------------------------------
def test_a_stale_form_keeps_what_was_typed_and_lets_decide_again(cast: c.Cast) -> None:
    referral = c.sent(cast)
    page = sign_in(cast.codou).get(act_url(referral, "decline"))
    typed = values_of(page.context["form"]) | {"reason_code": "OTHER", "reason": "Le toit fuit"}
    press(sign_in(cast.elisabeth), act_url(referral, "acknowledge"))
    with nothing_changes():
        answer = sign_in(cast.codou).post(act_url(referral, "decline"), typed)
    assert (answer.status_code, said(answer)) == (200, fr(STALE))
    assert "Le toit fuit" in answer.content.decode()
    again = sign_in(cast.codou).post(act_url(referral, "decline"), values_of(answer.context["form"]))
    assert again.status_code == 302


def test_a_stale_correction_of_a_file(cast: c.Cast) -> None:
    case = c.open_case(cast)
    url = f"{reverse('case_edit', args=[case.pk])}?part=narrative"
    page = sign_in(cast.aissatou).get(url)
    typed = values_of(page.context["form"]) | {"narrative": "Ce qu’elle a dit ensuite"}
    press(sign_in(cast.aissatou), f"{reverse('case_edit', args=[case.pk])}?part=health", health="mieux")
    with nothing_changes():
        answer = sign_in(cast.aissatou).post(url, typed)
    assert (said(answer), "Ce qu’elle a dit ensuite" in answer.content.decode()) == (fr(STALE), True)


@pytest.mark.parametrize(
    "name", ["case", "report", "consent", "ground", "refer", *ACTS, "departure", "countersignature"]
)
def test_a_form_that_arrives_twice_acts_once(cast: c.Cast, name: str) -> None:
    user, url, typed = twice(cast, name)
    client = sign_in(user)
    first = client.post(url, typed)
    assert first.status_code == 302, said(first)
    with nothing_changes():
        second = client.post(url, typed)
    assert (second.status_code, second.get("Location")) == (302, first["Location"])


def twice(cast: c.Cast, name: str) -> tuple[User, str, dict[str, Any]]:
    """Somebody, the address of a form, and what they send to it."""
    if name in ("case", "report"):
        user, url = (cast.aissatou, "case_new_page") if name == "case" else (cast.gora, "alert_new")
        return user, reverse(url), form(**form_of(c.GIRL), region=cast.region.code)
    if name in ACTS:
        make, who, typed = ACTS[name]
        url = act_url(make(cast), name)
        if name == "redirect":
            typed = {"organisation": str(cast.other_centre.pk)}
        return filled(cast.people[who], url, **typed)
    if name == "departure":
        ended = taken_back(cast, c.started(cast))
        return filled(cast.codou, reverse("referral_departure", args=[ended.pk]))
    case = c.open_case(cast, by=cast.fatou if name == "countersignature" else None)
    to = urlencode({"to": f"{cast.centre.pk}:SHELTER_EMERG", "ask": "1"})
    if name == "consent":
        cells = {f"cell_{cast.centre.pk.hex}_services_{group}": "yes" for group in c.EVERY_GROUP}
        told = {"explained": "on", "language": "wol", "witness": "Témoin Canari"}
        return filled(cast.aissatou, f"{reverse('consent', args=[case.pk])}?{to}", **cells, **told)
    if name == "refer":
        url = f"{reverse('case_refer', args=[case.pk])}?service=SHELTER_EMERG&urgency=urgent"
        return filled(cast.aissatou, url, organisation=str(cast.centre.pk))
    ground = filled(
        User.objects.get(pk=case.owner_id),
        f"{reverse('ground', args=[case.pk])}?{to}",
        safety="Oui",
        view="Oui",
        guardian="Non",
    )
    if name == "ground":
        return ground
    assert sign_in(ground[0]).post(*ground[1:]).status_code == 302
    # Decided by the national unit, which from then on has nothing to do with it.
    return filled(cast.bineta, reverse("ground_decide", args=[case.grounds.get().pk]), approve="yes")


def filled(user: User, url: str, **typed: Any) -> tuple[User, str, dict[str, Any]]:
    return user, url, values_of(sign_in(user).get(url).context["form"]) | typed


def test_a_key_is_its_sender_s_own(cast: c.Cast) -> None:
    """The same key from somebody else does not swallow their act."""
    typed = form(**form_of(c.GIRL), region=cast.region.code)
    assert sign_in(cast.aissatou).post(reverse("case_new_page"), typed).status_code == 302
    assert sign_in(cast.daouda).post(reverse("case_new_page"), typed).status_code == 302
    assert set(Case.objects.values_list("organisation", flat=True)) == {cast.unit.pk, cast.centre.pk}


def test_a_key_is_its_page_s_own(cast: c.Cast) -> None:
    """Sent to another page, it must not be answered as done there."""
    referral = c.sent(cast)
    typed = values_of(sign_in(cast.codou).get(act_url(referral, "acknowledge")).context["form"])
    assert sign_in(cast.codou).post(act_url(referral, "acknowledge"), typed).status_code == 302
    referral.refresh_from_db()
    answer = sign_in(cast.codou).post(
        act_url(referral, "decline"), typed | {"version": str(referral.version), "reason_code": "FUNDING"}
    )
    assert answer.status_code == 302
    referral.refresh_from_db()
    assert referral.state == "declined"


@pytest.mark.parametrize("key", ["", "x", "00000000-0000-0000-0000-00000000000g", "\x00"])
def test_a_form_without_its_key_does_nothing(cast: c.Cast, key: str) -> None:
    with nothing_changes():
        typed = form(**form_of(c.GIRL), region=cast.region.code) | {"key": key}
        answer = sign_in(cast.aissatou).post(reverse("case_new_page"), typed)
    assert fr("This page is incomplete. Open it again.") in said(answer)


# --- Crossed ids --------------------------------------------------------------------------------------------
CASE_PAGES = (
    "case_edit",
    "case_protect",
    "case_close",
    "case_assign",
    "case_age",
    "consent",
    "consent_withdraw",
    "ground",
)


def test_the_case_of_another(cast: c.Cast) -> None:
    theirs = c.open_case(cast, by=cast.fatou)
    client = sign_in(cast.aissatou)
    with nothing_changes():
        for name in (*CASE_PAGES, "title", "case_reveal", "case_refer"):
            assert client.post(reverse(name, args=[theirs.pk]), form(theirs.version)).status_code == 404
    assert denials(cast.aissatou) == ["NOT_VISIBLE"] * (len(CASE_PAGES) + 3)
    asked = sign_in(cast.daouda).post(
        reverse("case_reveal", args=[theirs.pk]), {"groups": "health", "reason": "care"}
    )
    assert asked.status_code == 404


def test_the_referral_of_another(cast: c.Cast) -> None:
    """Also as the one from which a further referral is said to follow."""
    referral = c.sent(cast)
    mine, other = c.open_case(cast, by=cast.fatou), c.open_case(cast)
    with nothing_changes():
        for action in ("accept", "decline", "withdraw", "write"):
            assert (
                sign_in(cast.ousmane).post(act_url(referral, action), form(referral.version)).status_code
                == 404
            )
        query = urlencode({"service": "MHPSS", "urgency": "urgent", "parent": str(referral.pk)})
        for user, case in ((cast.fatou, mine), (cast.aissatou, other)):
            refer = f"{reverse('case_refer', args=[case.pk])}?{query}"
            assert sign_in(user).post(refer, form(organisation=str(cast.ngo.pk))).status_code == 404


def test_places_and_workers_of_another_organisation(cast: c.Cast) -> None:
    referral = c.sent(cast)
    with c.acting(), transaction.atomic():
        house = Site(organisation=cast.other_centre, name="Keur", region=cast.region)
        write(house)
        theirs = Places(site=house, group=PersonGroup.GIRLS, capacity=5, confirmed_at=clock.now())
        write(theirs)
    for typed in (
        {"place": str(theirs.pk)},
        {"worker": str(cast.ousmane.pk)},
        {"worker": str(cast.aissatou.pk)},
    ):
        data = answered(referral, cast, **typed)
        with nothing_changes():
            answer = sign_in(cast.codou).post(act_url(referral, "accept"), data)
        assert answer.status_code == 200
        assert set(answer.context["form"].errors) == set(typed)
    with nothing_changes():
        for name in ("places-edit", "places-full", "places-confirm"):
            assert sign_in(cast.codou).post(reverse(name, args=[theirs.pk]), form(1)).status_code == 404


def test_a_recipient_that_nobody_knows(cast: c.Cast) -> None:
    """In the address it is left out; smuggled into the answers it is not read."""
    case = c.open_case(cast)
    unknown, page = uuid4(), reverse("consent", args=[case.pk])
    with nothing_changes():
        for to in (
            f"{unknown}:SHELTER_EMERG",
            f"{cast.centre.pk}:NOTHING",
            f"{cast.police.pk}:SHELTER_EMERG",
        ):
            answer = sign_in(cast.aissatou).post(f"{page}?{urlencode({'to': to, 'ask': '1'})}", form())
            assert (answer.status_code, answer.context["chosen"]) == (200, [])
        for about in (f"{unknown}:services", f"{cast.centre.pk}:services", "x", f"{unknown}:"):
            answer = sign_in(cast.aissatou).post(
                reverse("consent_withdraw", args=[case.pk]), form(about=about)
            )
            assert "about" in answer.context["form"].errors
    _user, url, typed = twice(cast, "consent")
    for recipient in (cast.police.pk, unknown):
        typed |= {f"cell_{recipient.hex}_services_{group}": "yes" for group in c.EVERY_GROUP}
    assert sign_in(cast.aissatou).post(url, typed).status_code == 302
    assert set(Consent.objects.values_list("recipient", flat=True)) == {cast.centre.pk}


def test_the_ground_of_another_case_covers_nothing_and_is_not_there(cast: c.Cast) -> None:
    _user, url, typed = twice(cast, "ground")
    assert sign_in(cast.aissatou).post(url, typed).status_code == 302
    draft = c.drafted(cast, c.open_case(cast))
    assert draft.released_groups == []
    with nothing_changes():
        page = act_url(draft, "send")
        answer = press(sign_in(cast.aissatou), page)
        assert (answer.status_code, said(answer)) == (200, fr(NO_BASIS))
        ground = Case.objects.get(grounds__isnull=False).grounds.get()
        for who in ("fatou", "elisabeth", "aissatou"):
            decide = reverse("ground_decide", args=[ground.pk])
            assert sign_in(cast.people[who]).post(decide, form(1, approve="yes")).status_code == 404


def test_an_owner_of_another_organisation(cast: c.Cast) -> None:
    case = c.open_case(cast)
    with nothing_changes():
        answer = press(sign_in(cast.bineta), reverse("case_assign", args=[case.pk]), owner=str(cast.fatou.pk))
    assert set(answer.context["form"].errors) == {"owner"}


def test_an_organisation_that_was_not_found_for_this_need(cast: c.Cast) -> None:
    case = c.open_case(cast)
    url = f"{reverse('case_refer', args=[case.pk])}?service=SHELTER_EMERG&urgency=urgent"
    for organisation in (cast.ngo, cast.police):
        with nothing_changes():
            answer = press(sign_in(cast.aissatou), url, organisation=str(organisation.pk))
        assert set(answer.context["form"].errors) == {"organisation"}


def test_more_than_was_agreed_is_never_released(cast: c.Cast) -> None:
    """The sender unticks; a group that was not agreed to, or that the service does not need, is no choice."""
    case = c.open_case(cast)
    c.agree(cast, case, cast.centre, groups=["identity", "narrative"])
    draft = c.drafted(cast, case)
    for group in ("health", "narrative", "documents", "everything"):
        with nothing_changes():
            answer = press(
                sign_in(cast.aissatou), reverse("referral_check", args=[draft.pk]), groups=["identity", group]
            )
        assert set(answer.context["form"].errors) == {"groups"}
