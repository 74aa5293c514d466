"""What comes from outside or goes past the house: an order of justice, a verbal demand, a complaint, an incident."""

from datetime import timedelta

from referral.demonstration.founding import ADMINISTRATOR
from referral.demonstration.plan import DAYS, HOURS
from referral.demonstration.stage import Stage
from referral.enums import Group
from referral.models import LegalHold
from referral.oversight import Affected, AuthorityTold, ComplaintWay, DemandWay, IncidentKind, OrderDecision
from referral.references import new_reference
from referral.services import complaints, incidents, requisitions

#: The independent person is of the human-rights supervision; the unit's own control stands in.
INDEPENDENT, STAND_IN = "rose.tine", "auditor"
CENTRE, HEAD, AUTHORITY = "focal", "supervisor", "Cabinet du juge d’instruction du 3e cabinet"


def oversee(stage: Stage) -> None:
    stage.later(stage.now - 40 * DAYS, lambda: _name(stage))
    stage.later(stage.now - 4 * DAYS, lambda: _order(stage))
    stage.later(stage.now - 9 * DAYS, lambda: _demand(stage))
    stage.later(stage.now - 12 * DAYS, lambda: _complain(stage))
    stage.later(stage.now - 6 * DAYS, lambda: _incident(stage))


def _name(stage: Stage) -> None:
    with stage.acting(ADMINISTRATOR) as by:
        complaints.name_independent(
            by=by,
            version=0,
            person_id=stage.people[INDEPENDENT].pk,
            stand_in_id=stage.people[STAND_IN].pk,
            telephone="+221 33 000 00 90",
            post="Boîte postale 000, Dakar",
        )


def _order(stage: Stage) -> None:
    """The file that an inquiry holds is asked for; its supervisor gives less than is asked."""
    hold = LegalHold.objects.select_related("case__owner").filter(lifted_at=None).order_by("set_at").first()
    if hold is None or hold.case.owner_id is None:
        return
    case = hold.case
    owner = next(key for key, user in stage.people.items() if user.pk == case.owner_id)
    asked = [Group.IDENTITY, Group.LEGAL, Group.NARRATIVE]
    paper = requisitions.Order(
        authority=AUTHORITY,
        order_number="RI 214/2026",
        ordered_on=(stage.at - DAYS).date(),
        asked=asked,
        due_at=stage.at + 8 * DAYS,
        note="Pièces utiles à l’audition de la victime, assistée de son avocat.",
    )
    with stage.acting(owner) as by:
        order = requisitions.record_order(case.pk, paper, by=by, at=stage.at)
    with stage.acting(stage.other_supervisors(case)[0]) as by:
        requisitions.decide_order(
            order.pk,
            by=by,
            at=stage.at + 5 * HOURS,
            version=order.version,
            decision=OrderDecision.NARROWED,
            reason="Identité et situation juridique suffisent : le récit sera entendu par le juge, avec l’avocat.",
            granted=[Group.IDENTITY, Group.LEGAL],
        )


def _demand(stage: Stage) -> None:
    with stage.acting(CENTRE) as by:
        requisitions.refuse_demand(
            by=by,
            at=stage.at,
            way=DemandWay.TELEPHONE,
            asked_at=stage.at - timedelta(minutes=10),
            who="Se présente comme adjudant-chef, ne donne pas de numéro de service",
            what="Voulait savoir si une jeune femme « ramenée hier » était au centre.",
        )


def _complain(stage: Stage) -> None:
    house = stage.people[CENTRE].organisation
    with stage.acting("caseworker") as by:
        complaint = complaints.complain(
            by=by,
            at=stage.at,
            code=new_reference(),
            way=ComplaintWay.SHEET,
            organisation=house,
            worker="L’agent de nuit",
            what="Il ouvre la porte de la chambre sans frapper et il a gardé mon téléphone deux jours.",
        )
    with stage.acting(INDEPENDENT) as by:
        complaints.work_on(
            complaint.pk,
            by=by,
            at=stage.at + DAYS,
            version=complaint.version,
            state="looked_into",
            note="Visite non annoncée prévue ; demander le registre des nuits.",
            due_at=complaint.due_at,
        )


def _incident(stage: Stage) -> None:
    with stage.acting(HEAD) as by:
        incident = incidents.record_incident(
            by=by,
            at=stage.at,
            values={
                "kind": IncidentKind.LOST,
                "happened_at": stage.at - 20 * HOURS,
                "noticed_at": stage.at - 2 * HOURS,
                "affected": [Affected.ADULTS, Affected.WORKERS],
                "groups": [Group.CONTACT],
                "persons": 3,
                "story": "Téléphone de service perdu dans un taxi ; écran verrouillé, session fermée à distance.",
            },
        )
        incidents.change_incident(
            incident.pk,
            by=by,
            version=incident.version,
            values={"measures": "Session fermée, mot de passe changé, opérateur prévenu."},
            authority=AuthorityTold.TOLD,
            authority_told_on=stage.at.date(),
        )
