"""Files go out by two people, sealed, for a day; and without identities nobody is recognised."""

import csv
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit import clock
from audit.models import Event
from crypto.models import DataKey
from referral.models import ExportPart, ExportRequest
from referral.services.clock import run as run_rule
from tests import canary
from tests import cast as c
from tests.referral.pages import later, press, same_as_unknown, sign_in
from tests.referral.test_case_life import decides
from tests.referral.test_erasure import closed, erased
from tests.working import work

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

PURPOSE = "Comité du trimestre"


def ask(who: Any, profile: str = "core") -> ExportRequest:
    answer = press(sign_in(who), reverse("export_new"), profile=profile, purpose=PURPOSE)
    assert answer.status_code == 302
    return ExportRequest.objects.get(pk=answer["Location"].strip("/").rpartition("/")[2])


def url(export: ExportRequest) -> str:
    return reverse("export", args=[export.pk])


def decide(who: Any, export: ExportRequest, approve: str = "yes") -> Any:
    return press(sign_in(who), url(export), approve=approve)


def fetch(who: Any, export: ExportRequest) -> Any:
    return sign_in(who).get(reverse("export_file", args=[export.pk]))


def test_names_leave_when_a_second_person_has_agreed_and_each_fetching_is_written_down(cast: c.Cast) -> None:
    case = c.open_case(cast)
    export = ask(cast.aissatou)
    work()
    assert (ExportPart.objects.count(), fetch(cast.aissatou, export).status_code) == (0, 404)
    page = sign_in(cast.bineta).get(url(export))
    assert PURPOSE in page.content.decode()
    assert decide(cast.bineta, export).status_code == 302
    work()
    answer = fetch(cast.aissatou, export)
    text = answer.content.decode("utf-8-sig")
    assert c.SECRETS["family_name"] in text
    export.refresh_from_db()
    assert answer["Content-Disposition"] == f'attachment; filename="htcds-core-{export.mark}.csv"'
    assert text.splitlines()[0] == f'"# Portail de suivi, HTCDS 2.0, {export.mark}"'
    assert "Aissatou" in text.splitlines()[1]
    # The file at rest is sealed; who opened which file, and fetched it, is known.
    assert canary.found([c.SECRETS["family_name"]], canary.database()) == []
    made = Event.objects.using("audit").filter(verb="export", case_id=case.pk, actor_id=cast.aissatou.pk)
    assert made.count() == 1
    assert Event.objects.using("audit").filter(verb="file.get", object_id=export.pk).count() == 1
    # Approving opens nothing to whoever approves.
    assert fetch(cast.bineta, export).status_code == 404


def test_nobody_approves_what_they_ask_for(cast: c.Cast) -> None:
    export = ask(cast.fatou)  # caseworker and supervisor in one, of a small house
    assert not sign_in(cast.fatou).get(url(export)).context["may_decide"]
    answer = sign_in(cast.fatou).post(url(export), {"approve": "yes", "version": 1, "key": export.pk})
    assert answer.status_code == 403
    denied = Event.objects.using("audit").get(outcome="denied", actor_id=cast.fatou.pk)
    assert denied.reason_code == "NOT_ALLOWED_APPROVE_EXPORT"
    export.refresh_from_db()
    assert export.decided_at is None
    export.decided_by, export.decided_at = cast.fatou, clock.now()
    with c.acting(), transaction.atomic(), pytest.raises(IntegrityError, match="export_decided_by_another"):
        export.save(update_fields=["decided_by", "decided_at"])
    # A house without a second supervisor has the national unit's, who reads the purpose and no file.
    assert decide(cast.bineta, export).status_code == 302
    assert fetch(cast.bineta, export).status_code == 404


def test_the_national_unit_decides_only_where_a_house_has_no_second_supervisor(cast: c.Cast) -> None:
    theirs = ask(cast.daouda)
    assert same_as_unknown(sign_in(cast.bineta), "export", theirs.pk)
    assert url(theirs) not in sign_in(cast.bineta).get(reverse("home")).content.decode()
    answer = sign_in(cast.bineta).post(url(theirs), {"approve": "yes", "version": 1, "key": theirs.pk})
    assert answer.status_code == 404
    assert decide(cast.elisabeth, theirs).status_code == 302
    # Nor is the only supervisor one who could decide on what she asks for herself.
    own = ask(cast.elisabeth)
    assert decide(cast.bineta, own).status_code == 302
    assert sign_in(cast.bineta).get(url(own)).status_code == 200, "what one has decided stays to be read"


def test_a_refusal_makes_nothing(cast: c.Cast) -> None:
    export = ask(cast.aissatou)
    assert decide(cast.bineta, export, "no").status_code == 302
    work()
    assert (ExportPart.objects.count(), fetch(cast.aissatou, export).status_code) == (0, 404)
    again = sign_in(cast.bineta).post(url(export), {"approve": "yes", "version": 2, "key": export.pk})
    assert again.status_code == 200


def test_who_asked_takes_it_back_until_somebody_has_decided(cast: c.Cast) -> None:
    export = ask(cast.aissatou)
    back, client = reverse("export_withdraw", args=[export.pk]), sign_in(cast.aissatou)
    assert back in client.get(url(export)).content.decode()
    assert sign_in(cast.bineta).get(back).status_code == 403
    assert press(client, back).url == url(export)
    shown = client.get(url(export)).context
    assert (shown["state"], shown["may_decide"], shown["withdraw_url"]) == ("withdrawn", False, "")
    assert url(export) not in sign_in(cast.bineta).get(reverse("home")).content.decode()
    assert (
        sign_in(cast.bineta)
        .post(url(export), {"approve": "yes", "version": 2, "key": export.pk})
        .context["form"]
        .stale
    )
    work()
    assert (ExportPart.objects.count(), fetch(cast.aissatou, export).status_code) == (0, 404)
    assert Event.objects.get(object_id=export.pk, reason_code="WITHDRAWN").actor_id == cast.aissatou.pk
    decided = ask(cast.aissatou)
    decide(cast.bineta, decided)
    assert press(client, reverse("export_withdraw", args=[decided.pk])).context["form"].stale


def test_after_a_day_the_file_is_gone_with_its_key(cast: c.Cast) -> None:
    c.open_case(cast)
    export = ask(cast.aissatou)
    decide(cast.bineta, export)
    work()
    assert DataKey.objects.filter(scope_kind="draft", scope_id=export.pk).exists()
    later(hours=25)
    assert fetch(cast.aissatou, export).status_code == 404
    with c.acting():
        assert run_rule("exports", clock.now()) == 1
    assert not DataKey.objects.filter(scope_id=export.pk).exists()
    assert not ExportPart.objects.exists()
    page = sign_in(cast.aissatou).get(url(export))
    assert PURPOSE in page.content.decode()  # why it was made stays


def test_a_file_holds_what_its_asker_may_read_and_nothing_else(cast: c.Cast) -> None:
    mine, theirs = c.open_case(cast, family_name="Lamienne"), c.open_case(cast, by=cast.daouda)
    assert mine.organisation != theirs.organisation
    export = ask(cast.aissatou)
    decide(cast.bineta, export)
    work()
    text = fetch(cast.aissatou, export).content.decode("utf-8-sig")
    table = [line for line in text.splitlines() if not line.startswith('"# ')]
    assert [row["x_Reference"] for row in csv.DictReader(table)] == [mine.reference]


def test_what_was_decided_and_heard_goes_out_in_the_standards_codes_and_what_is_erased_does_not(
    cast: c.Cast,
) -> None:
    gone = erased(cast)
    case = c.open_case(cast, family_name="Lamienne", phone=None, document_number=None)
    heard = {"exploitation": ["SN_DAARA_BEGGING", "ForcedBegging"], "recruitment": ["SN_CONFIAGE"]}
    screening = reverse("case_screening", args=[case.pk])
    assert press(sign_in(cast.aissatou), screening, **heard).status_code == 302
    assert decides(cast, "aissatou", case, "PossibleVictimOfTrafficking", decider="Police").status_code == 302
    export = ask(cast.aissatou)
    decide(cast.bineta, export)
    work()
    text = fetch(cast.aissatou, export).content.decode("utf-8-sig")
    table = [line for line in text.splitlines() if not line.startswith('"# ')]
    (row,) = csv.DictReader(table)
    assert (row["x_Reference"], gone.reference in text) == (case.reference, False)
    assert row["vic_TypeOfExploitation"] == "ForcedBegging"
    assert row["vic_MethodOfRecruitment"] == "ThroughFamilyOrFamilyEvents"
    assert row["vic_TraffickingStatus"] == "PossibleVictimOfTrafficking"
    assert row["vic_TraffickingStatusDecisionMakingOrg"] == "Police"
    assert row["cas_Status"] == "Active"


def test_an_erasure_destroys_every_exported_file_of_its_house_at_once(cast: c.Cast) -> None:
    case = closed(cast)
    named, bare, theirs, asked = (
        ask(who, profile)
        for who, profile in (
            (cast.aissatou, "core"),
            (cast.bineta, "deidentified"),
            (cast.elisabeth, "deidentified"),
            (cast.aissatou, "template"),
        )
    )
    decide(cast.bineta, named)
    work()
    assert [fetch(cast.aissatou, named).status_code, fetch(cast.bineta, bare).status_code] == [200, 200]
    erased(cast, case)
    for who, export in ((cast.aissatou, named), (cast.bineta, bare)):
        assert fetch(who, export).status_code == 404
        assert sign_in(who).get(url(export)).context["state"] == "expired"
        assert not DataKey.objects.filter(scope_id=export.pk).exists()
        assert not export.parts.exists()
    assert Event.objects.filter(verb="key.shred", object_id__in=[named.pk, bare.pk]).count() == 2
    assert fetch(cast.elisabeth, theirs).status_code == 200
    # What is made later holds what is left.
    decide(cast.bineta, asked)
    work()
    asked.refresh_from_db()
    assert asked.rows == 0


def test_a_strangers_export_is_not_there(cast: c.Cast) -> None:
    export = ask(cast.aissatou)
    for name in ("export", "export_file"):
        assert same_as_unknown(sign_in(cast.elisabeth), name, export.pk)
    assert sign_in(cast.codou).get(reverse("exports")).status_code == 403


def test_without_identities_one_person_is_enough_and_few_alike_say_less(cast: c.Cast) -> None:
    for _number in range(11):
        c.open_case(cast)
    c.open_case(cast, sex="male")
    export = ask(cast.bineta, "deidentified")
    work()
    text = fetch(cast.bineta, export).content.decode("utf-8-sig")
    for secret in c.SECRETS.values():
        assert secret not in text
    rows = [line for line in text.splitlines() if not line.startswith('"# ')]
    assert len(rows) == 13
    assert sum("Feminine" in row for row in rows) == 11
    assert not any("Masculine" in row for row in rows)
    export.refresh_from_db()
    assert (export.rows, export.shortened) == (12, 1)
    warned = sign_in(cast.aissatou).get(reverse("export_new")).content.decode()
    assert "moins de dix autres" in warned, "said before, not only afterwards"
    assert export.until == export.made_at + timedelta(hours=24)
