"""A case is handed over: exactly one owner at every moment, and only what the person agreed to (peers A8)."""

import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from audit import clock
from audit.models import Event
from crypto import keyring
from partners.models import User
from referral.models import Case, Notice, Person, PlanGoal, Referral, Task, Transfer
from referral.queries.course import responsible_for
from referral.services import basis, care, custody, withdrawing
from tests import cast as c
from tests.contents import nothing_changes
from tests.referral import life
from tests.referral.pages import leaked, offered, press, same_as_unknown, sign_in
from tests.referral.story import fr, said
from tests.referral.test_guardians import beside, found_safe, says

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def url(name: str, row: Any) -> str:
    return reverse(name, args=[row.pk])


def who_is_responsible(case: Case) -> User | None:
    """One file in hand among all, whatever was handed over; its owner."""
    found = responsible_for(life.fresh(case))
    open_files = Case.objects.filter(owner__isnull=False, closed_at=None)
    assert [each.pk for each in open_files] == [found.case.pk]
    return found.owner


def asks(cast: c.Cast, case: Case, **typed: Any) -> Any:
    said = {"groups": ["identity", "contact"], "reason_code": "MigrationOrChangeOfLocation"}
    address = f"{url('case_transfer', case)}?to={cast.centre.pk}"
    return press(sign_in(cast.aissatou), address, **(said | typed))


def test_responsibility_moves_in_one_moment_from_one_to_the_other(cast: c.Cast) -> None:
    case = life.assisted(cast)
    assert who_is_responsible(case) == cast.aissatou
    assert asks(cast, case, message="message canari", reason="motif canari").status_code == 302
    transfer = Transfer.objects.get(case=case)
    assert (transfer.state, who_is_responsible(case)) == ("asked", cast.aissatou)
    acts = {act["url"]: act["label"] for act in offered(sign_in(cast.aissatou).get(url("case", case)))}
    assert acts[url("transfer", transfer)] == fr("See the transfer, which waits")
    assert url("case_transfer", case) not in acts
    assert same_as_unknown(sign_in(cast.daouda), "transfer", transfer.pk)
    assert Notice.objects.filter(user=cast.daouda).count() == 0

    task = Task.objects.get(case=case, kind="approve_transfer")
    page = sign_in(cast.bineta).get(url("task_decide", task)).content.decode()
    assert ("Maison Teranga" in page, "motif canari" in page) == (True, True)
    assert press(sign_in(cast.bineta), url("task_decide", task), approve="yes").status_code == 302
    transfer.refresh_from_db()
    assert (transfer.state, transfer.approved_by, who_is_responsible(case)) == (
        "proposed",
        cast.bineta,
        cast.aissatou,
    )

    daouda = sign_in(cast.daouda)
    answer = Task.objects.get(case=case, kind="answer_transfer")
    assert answer.due_at > clock.now() + timedelta(days=2)
    notice = Notice.objects.get(user=cast.daouda)
    assert daouda.get(reverse("notice", args=[notice.pk])).url == url("transfer", transfer)
    assert url("transfer", transfer) in daouda.get("/").content.decode()
    preview = daouda.get(url("transfer", transfer))
    body = preview.content.decode()
    assert (leaked(preview), "canari" in body.lower(), "Formation professionnelle" in body) == (
        [],
        False,
        True,
    )
    assert case.reference not in body.replace(" ", "").replace("\xa0", "")

    accepted = press(daouda, url("transfer_accept", transfer))
    new = Case.objects.get(taken_over=transfer)
    assert accepted.url == url("case", new)
    case = life.fresh(case)
    assert (case.state, case.closed_at is None, who_is_responsible(case)) == (
        "closed_transferred",
        False,
        cast.daouda,
    )
    assert new.reference != case.reference
    assert (new.organisation, new.risk, new.urgency, new.state) == (
        cast.centre,
        case.risk,
        case.urgency,
        "screening",
    )
    assert "message canari" in daouda.get(url("transfer", transfer)).content.decode()
    assert "motif canari" not in daouda.get(url("transfer", transfer)).content.decode()
    assert Notice.objects.filter(user=cast.aissatou, object_id=case.pk, action_needed=False).exists()


def test_who_approved_and_answered_in_another_house_is_known_by_the_house_alone(cast: c.Cast) -> None:
    """Fatou asks, Bineta of the national unit agrees, Daouda of the centre takes the case over."""
    case = c.open_case(cast, by=cast.fatou, **life.SAFE)
    c.agree(cast, case, cast.centre)
    transfer = life.asked(cast, case)
    waiting = sign_in(cast.fatou).get(url("transfer", transfer)).content.decode()
    assert ("Unité nationale" in waiting, "rien ne change" in waiting) == (True, True)
    life.decide(case, cast.bineta)
    transfer.refresh_from_db()
    for who in (cast.fatou, cast.daouda):
        proposed = sign_in(who).get(url("transfer", transfer)).content.decode()
        assert "reste responsable" in proposed
        assert "Association Jigeen" in proposed
        assert "Bineta" not in proposed
    listed = sign_in(cast.daouda).get(reverse("notices")).content.decode()
    assert (
        fr("Your organisation answers by then; until somebody accepts, the other one stays responsible.")
        in listed
    )
    new = life.taken(cast, transfer)
    seen = {
        who: [
            sign_in(user).get(address).content.decode()
            for address in (url("transfer", transfer), url("case", file))
        ]
        for who, user, file in (("Fatou", cast.fatou, case), ("Daouda", cast.daouda, new))
    }
    for who, pages in seen.items():
        others = {"Fatou", "Bineta", "Daouda"} - {who}
        for page in pages:
            assert not [name for name in others if name in page]
    assert all(house in seen["Fatou"][0] for house in ("Unité nationale", "Maison Teranga"))
    # The day has passed or been met: nothing is announced any more.
    assert "reste responsable" not in seen["Fatou"][0]


def test_only_what_was_agreed_to_goes_along_and_is_sealed_anew(cast: c.Cast) -> None:
    case = c.open_case(cast, **life.SAFE)
    c.agree(cast, case, cast.centre, groups=["identity", "needs"])
    address = f"{url('case_transfer', case)}?to={cast.centre.pk}"
    offered = sign_in(cast.aissatou).get(address).context["form"].fields["groups"].choices
    assert [code for code, _label in offered] == ["identity", "needs"]
    assert "groups" in asks(cast, case, groups=["identity", "health"]).context["form"].errors
    transfer = life.proposed(cast, case, groups=["identity"])
    new = life.taken(cast, transfer)
    with c.acting(cast.daouda):
        person = Person.objects.get(case=new)
        with keyring.current().revealing(person):
            assert (person.family_name, person.needs, person.health, person.narrative) == (
                c.SECRETS["family_name"],
                None,
                None,
                None,
            )
    assert (person.sex, person.age_band, person.key_scope().case_id) == ("female", "21-29", new.pk)
    look = Event.objects.using("audit").get(verb="reveal", scope="transfer")
    assert (look.case_id, "family_name" in look.fields, "health" in look.fields) == (case.pk, True, False)


def test_going_on_without_a_choice_of_an_organisation_says_so(cast: c.Cast) -> None:
    client, address = sign_in(cast.aissatou), url("case_transfer", c.open_case(cast, **life.SAFE))
    assert fr("Choose an organisation.") not in client.get(address).content.decode()
    assert fr("Choose an organisation.") in client.get(address, {"chosen": "1"}).content.decode()


def test_without_an_agreement_nothing_is_proposed_and_a_withdrawn_one_stops_the_acceptance(
    cast: c.Cast,
) -> None:
    case = c.open_case(cast, **life.SAFE)
    page = sign_in(cast.aissatou).get(f"{url('case_transfer', case)}?to={cast.centre.pk}")
    assert page.context["unmet"]
    ask = page.context["ask_url"]
    conversation = sign_in(cast.aissatou).get(ask)
    assert fr("Be responsible for the person").lower() in conversation.content.decode()
    c.agree(cast, case, cast.centre)
    transfer = life.proposed(cast, case)
    with c.acting(cast.aissatou) as actor:
        basis.withdraw_consent(
            case.pk,
            by=actor,
            at=clock.now(),
            recipient_id=cast.centre.pk,
            purpose="services",
            person_is_safe=True,
        )
    with nothing_changes():
        answer = press(sign_in(cast.daouda), url("transfer_accept", transfer))
    assert fr("No live consent or legal ground covers what would be handed over.") in said(answer)
    assert who_is_responsible(case) == cast.aissatou


def test_tasks_and_goals_go_along_and_the_rest_ends(cast: c.Cast) -> None:
    case = life.followed(cast)
    open_before = set(Task.objects.filter(case=case, done_at=None).values_list("kind", "due_at"))
    assert len(open_before) == 4
    new = life.taken(cast, life.proposed(cast, case))
    here = Task.objects.filter(case=new, done_at=None, owner=cast.daouda)
    assert set(here.exclude(kind="reassess_risk").values_list("kind", "due_at")) == open_before
    assert here.filter(kind="reassess_risk").count() == 1
    assert not Task.objects.filter(case=case, done_at=None).exists()
    assert set(Task.objects.filter(case=case, kind="follow_up").values_list("result", flat=True)) == {
        "transferred"
    }
    goal = PlanGoal.objects.get(case=new)
    with c.acting(cast.daouda):
        assert (goal.service, goal.owner, goal.goal, goal.own_words) == ("VOC", cast.daouda, None, None)


def test_a_child_keeps_the_age_to_decide_and_its_paper_to_enter(cast: c.Cast) -> None:
    case = life.agreed(cast, age_status="unknown", age_band="unknown")
    with c.acting(cast.aissatou) as actor:
        custody.enter_title(
            case.pk,
            by=actor,
            at=clock.now(),
            action="order",
            court=cast.court,
            number="N° 1",
            name_on_order="Nom Canari",
            issued_on=clock.now().date(),
            ends_at=None,
        )
    new = life.taken(cast, life.proposed(cast, case))
    found = {task.kind: task.owner for task in Task.objects.filter(case=new, done_at=None)}
    assert found == {"age_decision": None, "title_missing": cast.daouda, "reassess_risk": cast.daouda}
    assert not new.titles.exists()


def test_a_suspicion_goes_along_without_a_name_and_trust_is_decided_on_anew(cast: c.Cast) -> None:
    case = life.agreed(cast, age_status="child", age_band="14-17")
    found_safe(cast, case)
    for relation in ("father", "relative"):
        beside(cast, case, relation)
    says(cast, case.guardians.get(relation="father"), "suspected")
    new = life.taken(cast, life.proposed(cast, case))
    with c.acting(cast.daouda):
        there = {guardian.relation: guardian for guardian in new.guardians.all()}
        assert all((each.name, each.phone, each.reason) == (None, None, None) for each in there.values())
    assert {relation: each.standing for relation, each in there.items()} == {
        "mother": "not_assessed",
        "father": "suspected",
        "relative": "not_assessed",
    }
    assert fr("Suspected") in sign_in(cast.daouda).get(url("guardians", new)).content.decode()
    asked = Task.objects.filter(case=new, kind="assess_guardian", done_at=None)
    with c.acting(cast.daouda):
        about = {(task.proposal or {})["guardian"] for task in asked}
    assert about == {str(there["mother"].pk), str(there["father"].pk)}
    decide = url("guardian_decide", there["mother"])
    assert decide in sign_in(cast.elisabeth).get("/").content.decode()
    press(sign_in(cast.elisabeth), decide, standing="assessed_safe", reason="vue ce matin")
    assert (new.guardians.get(relation="mother").standing, asked.all().count()) == ("assessed_safe", 1)


def test_a_legal_hold_keeps_the_file_where_it_is(cast: c.Cast) -> None:
    transfer = life.proposed(cast)
    hold = url("case_hold", transfer.case)
    press(sign_in(cast.bineta), hold, reason="instruction canari")
    on_hold = fr("A legal hold lies on this file.")
    with nothing_changes():
        refused = press(sign_in(cast.daouda), url("transfer_accept", transfer))
    assert on_hold in said(refused)
    press(sign_in(cast.aissatou), url("transfer_withdraw", transfer))
    assert on_hold in said(asks(cast, transfer.case, groups=["identity"]))
    press(sign_in(cast.bineta), hold)
    assert asks(cast, transfer.case, groups=["identity"]).status_code == 302


def test_a_service_of_the_new_house_goes_on_as_its_own_and_any_other_referral_stops_it(cast: c.Cast) -> None:
    case = c.open_case(cast, **c.GIRL | {"age_band": "14-17"})
    lodged = c.started(cast, c.accepted(cast, c.sent(cast, case)))
    draft = c.drafted(cast, case, service="SHELTER_TRANSIT")
    assert fr(
        "A referral of this case is open: only a service of the organisation that takes over may go on."
    ) in said(asks(cast, case))
    with c.acting(cast.aissatou) as actor:
        withdrawing.withdraw_referral(draft.pk, by=actor, at=clock.now(), reason_code="ERROR")
    new = life.taken(cast, life.proposed(cast, case))
    lodged = Referral.objects.get(pk=lodged.pk)
    assert (lodged.state, lodged.outcome) == ("completed", "TRANSFERRED")
    assert lodged.placements.get().state == "occupied"  # she lives there
    assert new.organisation == cast.centre


@pytest.mark.django_db(transaction=True, databases=["default", "audit"])
def test_of_two_who_accept_at_once_one_is_responsible(transactional_cast: c.Cast) -> None:
    cast = transactional_cast
    transfer = life.proposed(cast)
    clients = []
    for user in (cast.daouda, cast.elisabeth):
        client = Client()
        client.force_login(user, backend="partners.backends.Backend")
        clients.append(client)
    barrier, statuses = threading.Barrier(2), []

    def accept(client: Client) -> None:
        form = {"key": str(uuid4()), "version": str(transfer.version)}
        barrier.wait()
        try:
            statuses.append(client.post(url("transfer_accept", transfer), form).status_code)
        finally:
            for alias in ("default", "audit"):
                connections[alias].close()

    threads = [threading.Thread(target=accept, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses.count(302) == 1
    transfer.refresh_from_db()
    assert Case.objects.filter(organisation=cast.centre).count() == 1
    assert who_is_responsible(transfer.case) == transfer.new_case.owner
    assert Event.objects.filter(object_id=transfer.pk, verb="transition.accept").count() == 1


def test_a_completed_service_is_no_hindrance(cast: c.Cast) -> None:
    case = life.agreed(cast, age_status="child", age_band="14-17")
    referral = c.started(cast, c.accepted(cast, c.sent(cast, case)))
    with c.acting(cast.codou) as actor:
        at = clock.now()
        said = {"by": actor, "at": at, "version": referral.version, "occurred_at": at}
        care.complete_service(referral.pk, **said, outcome="NEED_MET")
    assert life.taken(cast, life.proposed(cast, case)).owner == cast.daouda
