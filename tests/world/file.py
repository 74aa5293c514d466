"""A case file, and what stands in it and beside it."""

from datetime import timedelta
from typing import Any

from audit import clock
from referral.enums import GroundCode, Purpose, TaskKind, TitleAction
from referral.guardians import Relation, Standing
from referral.htcds.profiles import ExportProfile
from referral.htcds.reading import Row
from referral.likeness import MatchDecision
from referral.models import (
    Case,
    Guardian,
    MatchReview,
    Task,
)
from referral.rights import Identified, RequestKind
from referral.services import (
    basis,
    cards,
    cases,
    conferences,
    course,
    custody,
    duplicates,
    exporting,
    guardians,
    importing,
    justice,
    questions,
    rights,
)
from tests import cast as c
from tests.referral import life


def around(cast: c.Cast, case: Case) -> dict[str, Any]:
    """What stands beside the file: a step that a court confirms, a conference, a question of the ministry."""
    at = clock.now()
    with c.acting(cast.ibrahima) as coordinator:
        question = questions.add_question(
            by=coordinator,
            values={
                "service": "SHELTER_EMERG",
                "text_fr": "Depuis quand ?",
                "text_en": "Since when?",
                "kind": "text",
                "group": "needs",
                "choices": "",
            },
        )
    with c.acting(cast.aissatou) as actor:
        return {
            "question": question,
            "step": justice.enter_step(
                case.pk, by=actor, at=at, kind="inquiry", on=at.date(), court=cast.court, number="RP canari"
            ),
            "conference": conferences.record_conference(
                case.pk, by=actor, at=at, held_at=at, organisations=[cast.unit.pk], view="vœu canari"
            ),
        }


def suspected(cast: c.Cast, case: Case) -> Guardian:
    """Added by the owner, who says so; a second person is asked."""
    with c.acting(cast.aissatou) as actor:
        asked = {"by": actor, "at": clock.now()}
        father = guardians.add_guardian(case.pk, **asked, said=guardians.Particulars(Relation.FATHER))
        return guardians.propose_standing(
            father.pk, **asked, version=father.version, standing=Standing.SUSPECTED, reason="motif canari"
        )


def pairs(cast: c.Cast) -> dict[str, MatchReview]:
    found = []
    for number in (1, 2):
        known = {"phone": f"+221 77 000 11 0{number}", "family_name": None, "document_number": None}
        ours, theirs = c.open_case(cast, **known), c.open_case(cast, by=cast.daouda, **known)
        with c.acting():
            duplicates.look_across(theirs.pk, at=clock.now())
        first, second = sorted((ours.pk, theirs.pk))
        found.append(MatchReview.objects.get(first=first, second=second))
    pair, linked = found
    with c.acting(cast.ibrahima) as actor:
        said = {"by": actor, "at": clock.now(), "version": linked.version}
        linked = duplicates.decide(linked.pk, **said, decision=MatchDecision.SAME)
    return {"pair": pair, "linked": linked}


def exchange(cast: c.Cast) -> dict[str, Any]:
    """A register of one row that came in, and an export that waits for somebody's yes."""
    with c.acting(cast.bineta) as actor:
        at, rows = clock.now(), [Row(2, {"prs_FirstName": "Prénom Canari"})]
        chosen = {"owner_id": cast.aissatou.pk, "region_id": cast.region.pk}
        batch = importing.keep_register(by=actor, at=at, rows=rows, **chosen)
        batch = importing.order_import(batch.pk, by=actor, at=at, version=batch.version)
        importing.write_handful(batch.pk, at=at)
    with c.acting(cast.aissatou) as actor:
        export = exporting.request_export(by=actor, at=at, profile=ExportProfile.CORE, purpose="usage canari")
    return {"batch": batch, "imported": batch.rows.get().case, "export": export}


def of_case(cast: c.Cast, case: Case) -> dict[str, Any]:
    with c.acting(cast.aissatou) as actor:
        at = clock.now()
        asked = {"by": actor, "at": at}
        ground = basis.record_ground(
            case.pk,
            **asked,
            code=GroundCode.CHILD_PROTECTION,
            recipient=cast.centre,
            purpose=Purpose.SERVICES,
            groups=["identity", "needs"],
            reason="motif canari",
            best_interest={"safety": "sûre", "view": "d’accord", "guardian": "inconnu"},
        )
        title = custody.enter_title(
            case.pk,
            **asked,
            action=TitleAction.REQUISITION,
            court=cast.court,
            number="N° 12",
            name_on_order="Nom Canari",
            issued_on=at.date(),
            ends_at=at + timedelta(days=3),
        )
        cards.offer_card(case.pk, **asked, version=None, outcome="accepted", answer="mot canari")
        basis.withdraw_consent(
            case.pk, **asked, recipient_id=cast.centre.pk, purpose=Purpose.SERVICES, person_is_safe=True
        )
        said = {"kind": RequestKind.ACCESS, "identified": Identified.KNOWN, "note": "demande canari"}
        request = rights.record_request(case.pk, **asked, received_at=at, **said)
    objection = Task.objects.get(kind=TaskKind.OBJECTION, case=case)
    return {"ground": ground, "title": title, "objection": objection, "request": request}


def course_of(cast: c.Cast) -> dict[str, Any]:
    """Of files of their own."""
    asked = c.open_case(cast)
    with c.acting(cast.aissatou) as actor:
        request = course.ask_close(
            asked.pk, by=actor, at=clock.now(), version=asked.version, reason_code="PERSON_REQUEST"
        )
    planned = life.planned(cast)
    return {
        "goal": planned.plangoals.get(),
        "to_decide": request,
        "transfer": life.proposed(cast),
    }


def report(cast: c.Cast) -> Case:
    with c.acting(cast.gora) as actor:
        said = {"person": c.GIRL, "case": {"urgency": "urgent"}}
        return cases.report(by=actor, at=clock.now(), region=cast.region, **said)
