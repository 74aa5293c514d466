"""Orders of justice: recorded, checked by somebody else, answered with what was granted; nothing without a paper."""

from typing import Any

import pytest
from django.urls import reverse

from audit import clock
from audit.models import Event
from crypto.errors import KeyDestroyed
from partners.models import Region
from partners.pdf import typeset
from referral.enums import TaskKind
from referral.models import Case, Notice, Requisition, RequisitionExtract, Task, VerbalDemand
from referral.services import clock as rounds
from tests import cast as c
from tests.referral.ordering import NARROWED, another_supervisor, bind, checked, recorded
from tests.referral.pages import later, press, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def made(cast: c.Cast) -> tuple[Case, Requisition]:
    case = c.open_case(cast)
    order = recorded(sign_in(cast.aissatou), case)
    assert checked(sign_in(cast.bineta), order, **NARROWED).status_code == 302
    answer = press(sign_in(cast.aissatou), reverse("order_make", args=[order.pk]), read_through="on")
    assert answer.status_code == 302
    order.refresh_from_db()
    return case, order


def events(order: Requisition, verb: str) -> list[Event]:
    return list(Event.objects.using("audit").filter(object_id=order.pk, verb=verb))


def test_only_what_was_granted_goes_out_once_for_two_hours_to_who_made_it(
    cast: c.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Text of a PDF is compressed and shaped: what stands in it is asked of the data that typst gets.
    papers: list[dict[str, Any]] = []
    monkeypatch.setattr(
        "referral.views.extract.typeset", lambda name, data: papers.append(data) or typeset(name, data)
    )
    _case, order = made(cast)
    words = str(papers[0])
    assert c.SECRETS["family_name"] in words
    assert c.SECRETS["needs"] in words
    for name in ("health", "narrative", "legal_situation", "phone", "documents"):
        assert c.SECRETS[name] not in words, name
    assert order.reference[:3] in papers[0]["reference"]
    assert cast.aissatou.name in papers[0]["mark"]
    assert "RP 41-Canari" in papers[0]["mark"]
    exported = [event for event in events(order, "export") if event.fields]
    assert {name for event in exported for name in event.fields} >= {"family_name", "needs"}
    assert "narrative" not in {name for event in exported for name in event.fields}

    url = reverse("order_extract", args=[order.pk])
    paper = sign_in(cast.aissatou).post(url)
    assert paper.content.startswith(b"%PDF")
    assert paper["Content-Disposition"] == f'attachment; filename="extrait-{order.reference}.pdf"'
    assert len(events(order, "file.get")) == 1
    assert sign_in(cast.bineta).post(url).status_code == 404
    again = sign_in(cast.aissatou).get(reverse("order_make", args=[order.pk]))
    assert again.status_code == 403, "it is made once"

    extract = RequisitionExtract.objects.get(requisition=order)
    later(hours=3)
    with c.acting():
        assert rounds.run("extracts", clock.now()) == 1
    assert sign_in(cast.aissatou).post(url).status_code == 404
    assert not RequisitionExtract.objects.exists()
    with c.acting(), pytest.raises(KeyDestroyed):
        _ = extract.content


def test_nobody_checks_an_order_of_their_own_and_no_owner_checks_one_of_the_own_file(cast: c.Cast) -> None:
    case = c.open_case(cast)
    order = recorded(sign_in(cast.bineta), case)
    refused = sign_in(cast.bineta).get(reverse("order_check", args=[order.pk]))
    assert refused.status_code == 403
    assert sign_in(cast.aissatou).get(reverse("order_check", args=[order.pk])).status_code == 403
    denied = Event.objects.using("audit").filter(outcome="denied", reason_code="NOT_ALLOWED_SECOND_PERSON")
    assert denied.count() == 2
    assert Requisition.objects.get().decision == ""


def test_a_house_with_one_person_is_checked_by_the_national_unit_which_sees_no_file(cast: c.Cast) -> None:
    case = c.open_case(cast, by=cast.fatou)
    order = recorded(sign_in(cast.fatou), case)
    task = Task.objects.get(kind=TaskKind.CHECK_ORDER)
    assert task.organisation_id == cast.unit.pk
    bineta = sign_in(cast.bineta)
    page = bineta.get(reverse("order", args=[order.pk])).content.decode()
    assert "RP 41-Canari" in page
    assert case.reference[:3] + " " + case.reference[3:6] not in page
    assert bineta.get(reverse("case", args=[case.pk])).status_code == 404
    assert checked(bineta, order, **NARROWED).status_code == 302
    task.refresh_from_db()
    assert task.result == "narrowed"
    assert bineta.get(reverse("order_make", args=[order.pk])).status_code in (403, 404)


@pytest.mark.parametrize(
    "typed",
    [
        {"decision": "accepted", "granted": ["identity", "needs"], "reason": "r"},
        {"decision": "narrowed", "reason": "r"},
        {"decision": "narrowed", "granted": ["identity"], "give_narrative": "on", "reason": "r"},
        {"decision": "narrowed", "granted": ["identity"], "reason": ""},
        {"decision": "narrowed", "granted": ["documents"], "reason": "r"},
    ],
    ids=["accepts less", "nothing", "narrative without a reason", "no reason", "not asked for"],
)
def test_a_check_that_hands_out_too_much_or_says_too_little_changes_nothing(
    cast: c.Cast, typed: dict[str, Any]
) -> None:
    order = recorded(sign_in(cast.aissatou), c.open_case(cast))
    answer = checked(sign_in(cast.bineta), order, **typed)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert Requisition.objects.get().decision == ""


def test_narrative_and_health_go_out_with_a_reason_for_each(cast: c.Cast) -> None:
    order = recorded(sign_in(cast.aissatou), c.open_case(cast))
    typed = {"decision": "accepted", "granted": ["identity", "needs"], "reason": "complet canari"}
    guarded = {
        "give_health": "on",
        "why_health": "blessures",
        "give_narrative": "on",
        "why_narrative": "faits",
    }
    assert checked(sign_in(cast.bineta), order, **typed, **guarded).status_code == 302
    order.refresh_from_db()
    assert order.granted == ["identity", "needs", "health", "narrative"]
    with c.acting():
        assert order.group_reasons == {"health": "blessures", "narrative": "faits"}


def test_the_person_is_told_by_a_task_unless_it_is_forbidden_and_the_owner_hears(cast: c.Cast) -> None:
    case = c.open_case(cast)
    recorded(sign_in(cast.bineta), case)
    task = Task.objects.get(kind=TaskKind.TELL_OF_ORDER)
    assert task.owner_id == cast.aissatou.pk
    assert Notice.objects.filter(user=cast.aissatou, object_id=case.pk).exists()


def test_a_refused_order_hands_out_nothing(cast: c.Cast) -> None:
    order = recorded(sign_in(cast.aissatou), c.open_case(cast))
    checked(sign_in(cast.bineta), order, decision="refused", granted=["identity"], reason="sans date canari")
    order.refresh_from_db()
    assert (order.decision, order.granted) == ("refused", [])
    assert sign_in(cast.aissatou).get(reverse("order_make", args=[order.pk])).status_code == 403


def test_two_who_check_at_once_do_not_overwrite_one_another(cast: c.Cast) -> None:
    order = recorded(sign_in(cast.aissatou), c.open_case(cast))
    second = another_supervisor(cast)
    url = reverse("order_check", args=[order.pk])
    page = sign_in(second).get(url)
    form = {"key": page.context["form"]["key"].value(), "version": order.version}
    assert checked(sign_in(cast.bineta), order, **NARROWED).status_code == 302
    late = sign_in(second).post(url, NARROWED | form | {"decision": "refused"})
    assert late.status_code == 200
    assert late.context["form"].stale
    assert Requisition.objects.get().decision == "narrowed"


# --- Without a paper ----------------------------------------------------------------------------------------
def test_a_verbal_demand_is_written_down_refused_and_opens_nothing(cast: c.Cast) -> None:
    client = sign_in(cast.codou)
    page = client.get(reverse("verbal_new")).content.decode()
    assert "ni confirmer ni démentir" in page or "neither confirm nor deny" in page
    answer = press(client, reverse("verbal_new"), way="telephone", who="Adjudant Canari", what="où est-elle")
    demand = VerbalDemand.objects.get()
    assert answer["Location"] == reverse("verbal", args=[demand.pk])
    assert b"Adjudant Canari" in client.get(answer["Location"]).content
    assert b"Adjudant Canari" in sign_in(cast.elisabeth).get(answer["Location"]).content
    assert sign_in(cast.daouda).get(answer["Location"]).status_code == 404
    assert sign_in(cast.bineta).get(answer["Location"]).status_code == 404
    event = Event.objects.get(object_id=demand.pk, verb="create")
    assert (event.reason_code, event.case_id) == ("REFUSED_VERBAL", None)


def test_the_journal_is_in_codes_and_of_the_own_house_but_for_auditors(cast: c.Cast) -> None:
    _case, order = made(cast)
    press(sign_in(cast.codou), reverse("verbal_new"), way="visit", who="Adjudant Canari")
    code = " ".join((order.reference[:3], order.reference[3:6], order.reference[6:]))
    auditor = sign_in(cast.khady).get(reverse("orders")).content.decode()
    assert code in auditor
    assert "Canari" not in auditor
    assert "canari" not in auditor.lower()
    assert code in sign_in(cast.bineta).get(reverse("orders")).content.decode()
    assert code not in sign_in(cast.elisabeth).get(reverse("orders")).content.decode()
    assert sign_in(cast.khady).get(reverse("order", args=[order.pk])).status_code == 404


def test_an_auditor_of_one_region_reads_the_journal_of_that_region(cast: c.Cast) -> None:
    _case, order = made(cast)
    code = " ".join((order.reference[:3], order.reference[3:6], order.reference[6:]))
    for region, reads in (
        (cast.region, True),
        (Region.objects.exclude(pk=cast.region.pk).earliest("code"), False),
    ):
        bind(cast.khady, region)
        assert (code in sign_in(cast.khady).get(reverse("orders")).content.decode()) is reads
