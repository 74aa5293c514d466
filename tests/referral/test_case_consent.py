"""Consent: asked aloud, answered part by part, taken back at any time; a child's "no" is heard by a supervisor."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils.http import urlencode

from audit.models import Event
from partners.models import Organisation, Places
from referral.models import Case, Consent, Notice, Placement, Task
from tests import cast as c
from tests.referral.pages import press, sign_in, values_of
from tests.referral.story import fr

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

TOLD = {"explained": "on", "language": "wol", "method": "oral_with_witness", "witness": "Témoin Canari"}
LODGING = ["identity", "contact", "needs", "health", "children"]


def page(case: Case, *to: tuple[Organisation, str], ask: bool = True) -> str:
    query = [("to", f"{organisation.pk}:{service}") for organisation, service in to]
    return f"{reverse('consent', args=[case.pk])}?{urlencode([*query, *([('ask', '1')] if ask else [])])}"


def answers(
    organisation: Organisation, groups: list[str], answer: str = "yes", purpose: str = "services"
) -> dict[str, str]:
    return {f"cell_{organisation.pk.hex}_{purpose}_{group}": answer for group in groups}


def adult(cast: c.Cast) -> Case:
    return c.open_case(cast, age_status="adult", age_band="21-29")


def test_whom_to_ask_about_is_looked_for_by_service(cast: c.Cast) -> None:
    case = c.open_case(cast)
    client = sign_in(cast.aissatou)
    found = client.get(f"{page(case, ask=False)}service=SHELTER_EMERG").context["candidates"]
    assert {each["name"] for each in found} == {cast.centre.name, cast.other_centre.name}
    kept = client.get(
        page(case, (cast.centre, "SHELTER_EMERG"), (cast.other_centre, "SHELTER_EMERG"), ask=False)
    )
    assert len(kept.context["chosen"]) == 2
    assert str(cast.other_centre.pk) not in kept.context["chosen"][1]["without"]


@pytest.mark.parametrize("token", ["nonsense", "nonsense:SHELTER_EMERG", f"{'0' * 32}:SHELTER_EMERG", ""])
def test_an_odd_recipient_is_left_out(cast: c.Cast, token: str) -> None:
    case = c.open_case(cast)
    answer = sign_in(cast.aissatou).get(f"{reverse('consent', args=[case.pk])}?to={token}&ask=1")
    assert answer.context["chosen"] == []


def test_a_service_that_is_not_offered_is_left_out(cast: c.Cast) -> None:
    case = c.open_case(cast)
    answer = sign_in(cast.aissatou).get(page(case, (cast.centre, "LEGAL")))
    assert answer.context["chosen"] == []


def test_one_conversation_fills_a_grid_for_several_recipients(cast: c.Cast) -> None:
    case = adult(cast)
    client = sign_in(cast.aissatou)
    to = page(case, (cast.centre, "SHELTER_EMERG"), (cast.ngo, "MHPSS"), (cast.ngo, "LEGAL"))
    asked = client.get(to).context["questions"]
    assert [question["organisation"] for question in asked] == [cast.centre.name, cast.ngo.name]
    ngo = ["identity", "contact", "needs", "health", "legal", "narrative"]
    typed = (
        TOLD | answers(cast.centre, LODGING) | answers(cast.ngo, ngo) | answers(cast.ngo, ["narrative"], "no")
    )
    assert press(client, to, **typed).url == reverse("case", args=[case.pk])
    cells = Consent.objects.filter(case=case)
    assert cells.values("conversation").distinct().count() == 1
    assert cells.count() == len(LODGING) + len(ngo)
    assert [cell.group for cell in cells.filter(given=False)] == ["narrative"]
    assert cells.filter(explained_by=cast.aissatou, language="wol", method="oral_with_witness").count() == 11
    assert Event.objects.filter(verb="consent.change", case_id=case.pk).count() == 11


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"explained": ""}, "explained"),
        ({"language": ""}, "language"),
        ({"method": "telepathy"}, "method"),
        ({"witness": ""}, "witness"),
        ({"witness": "x" * 81}, "witness"),
    ],
)
def test_how_it_was_talked_is_said(cast: c.Cast, typed: dict[str, str], wrong: str) -> None:
    case = c.open_case(cast)
    to = page(case, (cast.centre, "SHELTER_EMERG"))
    answer = press(sign_in(cast.aissatou), to, **TOLD | answers(cast.centre, LODGING) | typed)
    assert wrong in answer.context["form"].errors
    assert not Consent.objects.exists()


def test_every_part_is_answered(cast: c.Cast) -> None:
    case = c.open_case(cast)
    to = page(case, (cast.centre, "SHELTER_EMERG"))
    answer = press(sign_in(cast.aissatou), to, **TOLD | answers(cast.centre, LODGING[2:]))
    assert set(answer.context["form"].errors) == {*answers(cast.centre, LODGING[:2])}
    assert not Consent.objects.exists()
    # The summary says it once, and leads to the first; each part says it beside itself.
    body, sentence = answer.content.decode(), fr("Answer yes or no for each part.")
    first, _second = answers(cast.centre, LODGING[:2])
    assert body.count(f">{sentence}</a>") == 1
    assert f'<a href="#id_{first}_0">{sentence}</a>' in body
    assert body.count(sentence) == 3


def test_a_written_consent_needs_no_witness(cast: c.Cast) -> None:
    case = c.open_case(cast)
    typed = TOLD | answers(cast.centre, LODGING) | {"method": "written", "witness": ""}
    assert (
        press(sign_in(cast.aissatou), page(case, (cast.centre, "SHELTER_EMERG")), **typed).status_code == 302
    )


def test_a_conversation_sent_twice_is_one(cast: c.Cast) -> None:
    case = c.open_case(cast)
    client, to = sign_in(cast.aissatou), page(case, (cast.centre, "SHELTER_EMERG"))
    typed = values_of(client.get(to).context["form"]) | TOLD | answers(cast.centre, LODGING)
    assert [client.post(to, typed).status_code for _n in range(2)] == [302, 302]
    assert Consent.objects.count() == len(LODGING)


def test_consent_is_the_owners_to_record(cast: c.Cast) -> None:
    case = c.open_case(cast)
    to = page(case, (cast.centre, "SHELTER_EMERG"))
    assert sign_in(cast.bineta).post(to, TOLD).status_code == 403
    assert Event.objects.using("audit").filter(reason_code="NOT_ALLOWED_RECORD_CONSENT").count() == 1
    assert not Consent.objects.exists()


# --- taken back in a conversation


def test_an_adult_who_takes_back_a_part_ends_what_rests_on_it(cast: c.Cast) -> None:
    case = adult(cast)
    referral = c.sent(cast, case)
    client, to = sign_in(cast.aissatou), page(case, (cast.centre, "SHELTER_EMERG"))
    typed = TOLD | answers(cast.centre, LODGING) | answers(cast.centre, ["health"], "no")
    first = press(client, to, **typed)
    assert "person_is_safe" in first.context["form"].errors
    assert first.context["ask_safe"]
    assert press(client, to, **typed, person_is_safe="yes").status_code == 302
    referral.refresh_from_db()
    assert (referral.state, referral.withdraw_reason) == ("withdrawn", "CONSENT_WITHDRAWN")


def test_a_childs_no_to_what_was_agreed_is_an_objection(cast: c.Cast) -> None:
    case = c.open_case(cast)
    referral = c.sent(cast, case)
    typed = TOLD | answers(cast.centre, LODGING) | answers(cast.centre, ["health"], "no")
    assert (
        press(sign_in(cast.aissatou), page(case, (cast.centre, "SHELTER_EMERG")), **typed).status_code == 302
    )
    referral.refresh_from_db()
    assert referral.state == "sent"
    assert Task.objects.get(kind="objection").organisation == cast.unit


# --- taken back as a whole


def withdraw(cast: c.Cast, case: Case, **typed: Any) -> Any:
    about = {"about": f"{cast.centre.pk}:services"}
    return press(sign_in(cast.aissatou), reverse("consent_withdraw", args=[case.pk]), **about | typed)


def test_an_adults_withdrawal_ends_every_open_referral_at_once(cast: c.Cast) -> None:
    case = adult(cast)
    referral = c.sent(cast, case)
    assert withdraw(cast, case, person_is_safe="yes").status_code == 302
    referral.refresh_from_db()
    assert referral.state == "withdrawn"
    assert not Consent.objects.filter(given=True, withdrawn_at=None).exists()
    assert sign_in(cast.codou).get(reverse("referral", args=[referral.pk])).status_code == 404
    assert Notice.objects.filter(user=cast.codou, object_id=referral.pk).count() == 2


def test_whether_the_person_is_safe_must_be_said(cast: c.Cast) -> None:
    case = adult(cast)
    referral = c.sent(cast, case)
    assert "person_is_safe" in withdraw(cast, case).context["form"].errors
    assert "about" in withdraw(cast, case, about="nonsense", person_is_safe="yes").context["form"].errors
    referral.refresh_from_db()
    assert referral.state == "sent"


def test_a_centre_that_lodges_her_hears_only_once_she_is_safe(cast: c.Cast) -> None:
    case = adult(cast)
    referral = c.sent(cast, case)
    women = Places.objects.get(group="women", site__organisation=cast.centre)
    c.started(cast, c.accepted(cast, referral, places=women))
    told = Notice.objects.filter(user=cast.codou).count()
    withdraw(cast, case, person_is_safe="no")
    assert Notice.objects.filter(user=cast.codou).count() == told
    task = Task.objects.get(kind="safe_once")
    done = reverse("task_done", args=[task.pk])
    assert press(sign_in(cast.aissatou), done, note="partie chez sa tante").status_code == 302
    assert Notice.objects.filter(user=cast.codou).count() == told + 1
    task.refresh_from_db()
    assert task.done_by == cast.aissatou


def test_an_objection_waits_for_a_supervisor_who_decides(cast: c.Cast) -> None:
    case = c.open_case(cast)
    referral = c.sent(cast, case)
    assert withdraw(cast, case).status_code == 302
    referral.refresh_from_db()
    assert referral.state == "sent"
    task = Task.objects.get(kind="objection")
    url = reverse("objection", args=[task.pk])
    assert sign_in(cast.aissatou).get(url).status_code == 404
    assert sign_in(cast.codou).get(url).status_code == 404
    assert press(sign_in(cast.bineta), url).context["form"].errors
    assert press(sign_in(cast.bineta), url, uphold="yes").status_code == 302
    referral.refresh_from_db()
    task.refresh_from_db()
    assert (referral.state, task.result) == ("withdrawn", "upheld")
    assert not Consent.objects.filter(given=True, withdrawn_at=None).exists()
    again = press(sign_in(cast.bineta), url, uphold="no")
    assert again.context["form"].stale
    task.refresh_from_db()
    assert task.result == "upheld"


def test_an_objection_that_is_overruled_moves_nothing(cast: c.Cast) -> None:
    case = c.open_case(cast)
    referral = c.sent(cast, case)
    withdraw(cast, case)
    task = Task.objects.get(kind="objection")
    press(sign_in(cast.bineta), reverse("objection", args=[task.pk]), uphold="no")
    referral.refresh_from_db()
    assert referral.state == "sent"
    assert Notice.objects.filter(user=cast.aissatou, object_id=case.pk).exists()


def test_placements_of_others_stay(cast: c.Cast) -> None:
    case, other = adult(cast), c.accepted(cast)
    c.agree(cast, case, cast.centre)
    withdraw(cast, case, person_is_safe="yes")
    assert Placement.objects.get(referral=other).state == "held"


def test_nothing_to_take_back_is_said(cast: c.Cast) -> None:
    case = adult(cast)
    assert sign_in(cast.aissatou).get(reverse("consent_withdraw", args=[case.pk])).context["nothing"]


@pytest.mark.parametrize("name", ["consent", "ground"])
def test_a_conversation_that_was_left_is_found_again(cast: c.Cast, name: str) -> None:
    case = c.open_case(cast)
    client = sign_in(cast.aissatou)
    token = f"{cast.centre.pk}:SHELTER_EMERG"
    client.post(
        reverse("draft_save", args=[name, case.pk]),
        {"to": token, "witness": "Témoin Canari", "reason": "canari"},
    )
    begun = client.get(reverse(name, args=[case.pk])).context["begun_url"]
    again = client.get(begun)
    assert again.context["draft_resumed"]
    assert "anari" in again.content.decode()
