"""Elements of trafficking: what the law asks for, said to a human being; masked, and kept from the police."""

from typing import Any

import pytest
from django.urls import reverse

from audit.models import Event
from referral.enums import AgeStatus
from referral.models import Case, Screening
from referral.screening import Aggravation, Means, elements
from tests import cast as c
from tests.referral.pages import press, same_as_unknown, sign_in, values_of

db = pytest.mark.django_db(databases=["default", "audit"])
TOLD = {"acts": ["recruited"], "control": ["FalsePromises"], "exploitation": ["ForcedLabour"]}


def found(answers: dict[str, list[str]], status: str = AgeStatus.ADULT, flags: tuple[str, ...] = ()) -> Any:
    return elements(answers, age_status=status, flags=flags)


@pytest.mark.parametrize("missing", ["acts", "control", "exploitation"])
def test_of_an_adult_all_three_elements_are_needed(missing: str) -> None:
    assert found(TOLD).complete
    assert not found({**TOLD, missing: []}).complete


@pytest.mark.parametrize("status", [AgeStatus.CHILD, AgeStatus.UNKNOWN])
def test_of_a_child_and_where_the_age_is_not_known_no_means_is_needed(status: str) -> None:
    assert found({**TOLD, "control": []}, status).complete
    assert not found({**TOLD, "exploitation": []}, status).complete
    assert not found({**TOLD, "acts": []}, status).complete


def test_means_of_the_standard_are_means_of_the_law_and_others_wait_for_a_human_being() -> None:
    assert found({"control": ["FalsePromises", "PhysicalAbuse"], "means": ["payment"]}).means == (
        Means.FORCE,
        Means.DECEPTION,
        Means.PAYMENT,
    )
    assert found({"control": ["OTHER", "A_CODE_OF_THE_MINISTRY"]}).means == ()


def test_how_somebody_was_found_is_an_act_and_a_place_is_no_purpose() -> None:
    assert found({"recruitment": ["SN_CONFIAGE"]}).acts
    assert not found({"places": ["daara"]}).purpose
    assert found({"exploitation": ["SN_DAARA_BEGGING"]}).begging


@pytest.mark.parametrize(
    ("answers", "status", "flags", "expected"),
    [
        ({"aggravations": ["group"]}, AgeStatus.ADULT, (), {Aggravation.GROUP}),
        ({}, AgeStatus.CHILD, (), {Aggravation.MINOR}),
        ({}, AgeStatus.UNKNOWN, (), set()),
        ({}, AgeStatus.ADULT, ("late_pregnancy",), {Aggravation.VULNERABLE}),
        ({"recruitment": ["ThroughOnlineSocialNetworks"]}, AgeStatus.ADULT, (), {Aggravation.MEDIA}),
        ({"exploitation": ["OrganRemoval"]}, AgeStatus.ADULT, (), {Aggravation.ORGANS}),
    ],
)
def test_what_weighs_more(answers: Any, status: str, flags: Any, expected: set[Aggravation]) -> None:
    assert set(found(answers, status, flags).aggravations) == expected


# --- On the page of the file ---------------------------------------------------------------------------------
def page(case: Case) -> str:
    return reverse("case_screening", args=[case.pk])


def reveal(cast: c.Cast, case: Case) -> Any:
    asked = {"groups": ["screening"], "reason": "care"}
    return sign_in(cast.aissatou).post(reverse("case_reveal", args=[case.pk]), asked)


@db
def test_it_is_masked_until_somebody_says_why_and_corrected_by_a_version(cast: c.Cast) -> None:
    case, client = c.open_case(cast), sign_in(cast.aissatou)
    assert press(client, page(case), **TOLD, non_punishment="yes").status_code == 302
    assert "Travail forcé" not in client.get(reverse("case", args=[case.pk])).content.decode()
    shown = reveal(cast, case).content.decode()
    assert "Travail forcé" in shown
    assert "Fausses promesses" in shown
    look = Event.objects.using("audit").get(verb="reveal", object_type="referral.screening")
    assert (look.scope, set(look.fields)) == ("care", {"answers", "non_punishment"})

    assert press(client, page(case), exploitation=["Servitude"]).status_code == 302
    screening = Screening.objects.get()
    assert (screening.version, screening.history.count()) == (2, 2)
    assert "Servitude" in reveal(cast, case).content.decode()


@db
def test_nothing_recorded_is_a_look_as_well(cast: c.Cast) -> None:
    case = c.open_case(cast)
    assert reveal(cast, case).status_code == 200
    assert Event.objects.using("audit").filter(verb="reveal", case_id=case.pk, fields=["screening"]).exists()


@db
def test_a_stale_correction_changes_nothing(cast: c.Cast) -> None:
    case, client = c.open_case(cast), sign_in(cast.aissatou)
    typed = values_of(client.get(page(case)).context["form"])
    press(client, page(case), **TOLD)
    stale = client.post(page(case), typed | {"exploitation": ["Servitude"]})
    assert (stale.status_code, stale.context["form"].stale, Screening.objects.get().version) == (200, True, 1)
    assert client.post(page(case), values_of(stale.context["form"])).status_code == 302


@db
def test_a_reporter_says_what_was_seen_and_never_reads_or_changes_it(cast: c.Cast) -> None:
    cast.region.reports_to = cast.unit
    client = sign_in(cast.gora)
    said = {"urgency": "urgent", "age_status": "child", "sex": "male", "region": cast.region.code}
    alert = reverse("alert_new")
    assert "non_punishment" not in client.get(alert).context["form"].fields
    assert (
        press(client, alert, **said, exploitation=["SN_DAARA_BEGGING"], places=["daara"]).status_code == 302
    )
    case = Case.objects.get()
    assert Screening.objects.get().case == case
    for name in ("case", "case_screening"):
        assert same_as_unknown(client, name, case.pk)
    assert "daara" not in client.get(reverse("alerts")).content.decode().lower()


@db
def test_who_may_record_it(cast: c.Cast) -> None:
    case = c.open_case(cast)
    typed = {"key": "4d7bd1b4-7d1a-4d0e-9a39-6f3f6a8c3f10", "version": "0", "acts": ["recruited"]}
    assert sign_in(cast.bineta).post(page(case), typed).status_code == 403
    assert sign_in(cast.daouda).post(page(case), typed).status_code == 404
    assert not Screening.objects.exists()
