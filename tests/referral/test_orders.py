"""Orders of justice: recorded, checked by somebody else, answered with what was granted; nothing without a paper."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit import clock
from audit.models import Event
from crypto.errors import KeyDestroyed
from partners.enums import Role
from partners.models import Membership, Region, User
from partners.pdf import typeset
from referral.enums import TaskKind
from referral.forms.when import BOX
from referral.models import Case, Notice, Requisition, RequisitionExtract, Task, VerbalDemand
from referral.services import clock as rounds
from tests import cast as c
from tests.referral.pages import later, press, same_as_unknown, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

PAPER = {"authority": "Cabinet canari", "order_number": "RP 41-Canari", "note": "suite canari"}
#: pdf text is compressed and shaped: what stands in it is asked of the data that typst gets.
ASKED = ["identity", "needs", "health", "narrative"]


def box(days: float) -> str:
    return timezone.localtime(clock.now() + timedelta(days=days)).strftime(BOX)


def dated(name: str) -> dict[str, str]:
    today = timezone.localdate(clock.now())
    return {f"{name}_{part}": str(getattr(today, part)) for part in ("day", "month", "year")}


def recorded(client: Client, case: Case, **typed: Any) -> Requisition:
    said = PAPER | {"asked": ASKED, "due_at": box(5)} | dated("ordered_on") | typed
    answer = press(client, reverse("order_new", args=[case.pk]), **said)
    assert answer.status_code == 302, answer.context["form"].errors
    return Requisition.objects.get(case=case)


def checked(client: Client, order: Requisition, **typed: Any) -> Any:
    return press(client, reverse("order_check", args=[order.pk]), **typed)


NARROWED = {"decision": "narrowed", "granted": ["identity", "needs"], "reason": "suffit canari"}


def made(cast: c.Cast) -> tuple[Case, Requisition]:
    case = c.open_case(cast)
    order = recorded(sign_in(cast.aissatou), case)
    assert checked(sign_in(cast.bineta), order, **NARROWED).status_code == 302
    answer = press(sign_in(cast.aissatou), reverse("order_make", args=[order.pk]), read_through="on")
    assert answer.status_code == 302
    order.refresh_from_db()
    return case, order


def another_supervisor(cast: c.Cast) -> User:
    with c.acting(), transaction.atomic():
        return c.person("second", cast.unit, Role.SUPERVISOR, at=clock.now())


def events(order: Requisition, verb: str) -> list[Event]:
    return list(Event.objects.using("audit").filter(object_id=order.pk, verb=verb))


def test_only_what_was_granted_goes_out_once_for_two_hours_to_who_made_it(
    cast: c.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
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


def test_while_an_order_forbids_telling_nothing_of_it_reaches_the_owner_then_she_and_the_person_are_told(
    cast: c.Cast,
) -> None:
    case = c.open_case(cast)
    Notice.objects.all().delete()
    bineta, owner = sign_in(cast.bineta), sign_in(cast.aissatou)
    second = another_supervisor(cast)
    before = [seen(owner, case), len(owner.get(reverse("home")).content)]
    order = recorded(bineta, case, silent_until=box(2), silent_by="juge canari")
    assert checked(sign_in(second), order, **NARROWED).status_code == 302
    assert press(bineta, reverse("order_make", args=[order.pk]), read_through="on").status_code == 302
    bineta.post(reverse("order_extract", args=[order.pk]))
    assert seen(owner, case) == before[0]
    assert owner.get(reverse("order", args=[order.pk])).status_code == 404
    assert same_as_unknown(owner, "order", order.pk)
    assert not Notice.objects.filter(user=cast.aissatou).exists()
    assert not Task.objects.filter(
        case=case, kind__in=["check_order", "order_extract", "tell_of_order"]
    ).exists()
    for written in ("default", "audit"):
        assert not Event.objects.using(written).filter(object_id=order.pk, case_id=case.pk).exists()

    later(days=3)
    with c.acting():
        assert rounds.run("silences", clock.now()) == 1
    assert Notice.objects.filter(user=cast.aissatou).exists()
    assert Task.objects.get(kind=TaskKind.TELL_OF_ORDER).owner_id == cast.aissatou.pk
    assert sign_in(cast.aissatou).get(reverse("order", args=[order.pk])).status_code == 200
    with c.acting():
        assert rounds.run("silences", clock.now()) == 0


def test_a_secret_order_stays_secret_to_an_owner_who_supervises_too(cast: c.Cast) -> None:
    case = c.open_case(cast, by=cast.fatou)
    with c.acting(), transaction.atomic():
        second = c.person("second", cast.ngo, Role.SUPERVISOR, at=clock.now())
    order = recorded(sign_in(second), case, silent_until=box(2), silent_by="juge canari")
    owner = sign_in(cast.fatou)
    code = order.reference[:3]
    assert owner.get(reverse("order", args=[order.pk])).status_code == 404
    for url in (reverse("case_orders", args=[case.pk]), reverse("orders")):
        assert f">{code} " not in owner.get(url).content.decode()
    assert reverse("order", args=[order.pk]) in sign_in(cast.bineta).get(reverse("orders")).content.decode()
    assert not Notice.objects.filter(user=cast.fatou, object_id=case.pk).exists()


def test_the_trail_of_the_file_and_of_its_people_says_nothing_of_a_secret_order(
    cast: c.Cast, one_connection: None
) -> None:
    case = c.open_case(cast, by=cast.fatou)
    with c.acting(), transaction.atomic():
        second, third = (
            c.person(name, cast.ngo, Role.SUPERVISOR, at=clock.now()) for name in ("deux", "trois")
        )
    order = recorded(sign_in(second), case, silent_until=box(2), silent_by="juge canari")
    assert sign_in(second).get(reverse("order_check", args=[order.pk])).status_code == 403
    slip = checked(sign_in(third), order, **NARROWED | {"granted": ["identity", "narrative"]})
    assert slip.status_code == 200
    assert checked(sign_in(third), order, **NARROWED).status_code == 302
    assert sign_in(third).get(reverse("order_make", args=[order.pk])).status_code == 200
    owner = sign_in(cast.fatou)
    trail = owner.get(reverse("supervised_file", args=[case.pk])).content.decode()
    assert "équisition" not in trail
    codes = Event.objects.filter(outcome="denied", case_id=case.pk).values_list("reason_code", flat=True)
    assert list(codes) == []
    for who in (second, third):
        page = owner.get(reverse("supervised_person", args=[who.pk]))
        assert page.status_code in (200, 404)
        assert "équisition" not in page.content.decode()
        assert [row for row in (page.context or {}).get("rows", ()) if not row["url"]] == []


@pytest.mark.parametrize("decided", [False, True])
def test_what_is_still_to_be_done_about_a_secret_order_is_asked_once_it_may_be_told(
    cast: c.Cast, decided: bool
) -> None:
    case = c.open_case(cast)
    order = recorded(sign_in(cast.bineta), case, silent_until=box(2), silent_by="juge canari")
    if decided:
        assert checked(sign_in(another_supervisor(cast)), order, **NARROWED).status_code == 302
    kinds = {TaskKind.CHECK_ORDER, TaskKind.ORDER_EXTRACT}
    assert not Task.objects.filter(kind__in=kinds).exists()
    later(days=3)
    with c.acting():
        rounds.run("silences", clock.now())
    [task] = Task.objects.filter(kind__in=kinds, done_at=None)
    assert task.kind == (TaskKind.ORDER_EXTRACT if decided else TaskKind.CHECK_ORDER)
    with c.acting():
        assert task.proposal == {"order": str(order.pk)}


def seen(client: Client, case: Case) -> list[str]:
    """What the owner reads of the file and around it, without what differs at each reading."""
    pages = [reverse(name, args=[case.pk]) for name in ("case", "case_orders", "case_changes")]
    pages += [reverse(name) for name in ("home", "notices", "tasks")]
    bodies = [client.get(url).content.decode() for url in pages]
    return [re.sub(r'value="[\w-]{20,}"|\d+ (min|h)\b', "…", body) for body in bodies]


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


def bind(auditor: User, region: Region) -> None:
    with c.acting(), transaction.atomic():
        seat = Membership.objects.get(user=auditor, role=Role.AUDITOR)
        seat.region = region
        c.write(seat, fields=["region"])
