"""Who looks at the world from above: emergency access, reviews, orders, complaints, incidents."""

from datetime import timedelta
from typing import Any

from audit import clock
from referral.models import (
    Case,
    Task,
)
from referral.readings import GlassReason, Verdict
from referral.references import new_reference
from referral.services import (
    complaints,
    glass,
    incidents,
    readings,
    requisitions,
)
from tests import cast as c
from tests.referral import reviewing


def broken_glass(cast: c.Cast) -> Task:
    """Closed again, and judged not justified: who broke it breaks none any more."""
    file = c.open_case(cast, by=cast.daouda)
    with c.acting(cast.ibrahima) as actor:
        asked = {"by": actor, "at": clock.now()}
        broken = glass.break_glass(file.pk, **asked, reason=GlassReason.DANGER, words="motif canari " * 4)
        readings.end_own_reading(file.pk, **asked)
    with c.acting(cast.elisabeth) as actor:
        said = {"by": actor, "at": clock.now(), "version": broken.version}
        glass.review_glass(broken.task_id, **said, verdict=Verdict.NOT_JUSTIFIED, note="note canari")
    return broken.task


def reviewed(cast: c.Cast) -> dict[str, Any]:
    review = reviewing.named(reviewing.drawn(cast), cast.elisabeth, by=cast.bineta, days=20)
    return {
        "review": review,
        "drawn_file": review.files.get(),
        "correction": reviewing.corrected(review, cast.elisabeth),
        "conformity": reviewing.taken(cast),
    }


def oversight(cast: c.Cast, case: Case) -> dict[str, Any]:
    at = clock.now()
    orders = {}
    for name in ("order", "granted", "made"):
        with c.acting(cast.aissatou) as actor:
            paper = requisitions.Order(
                "cabinet canari", "RP 4", at.date(), ["identity"], at + timedelta(days=5)
            )
            order = requisitions.record_order(case.pk, paper, by=actor, at=at)
        if name != "order":
            with c.acting(cast.bineta) as actor:
                said = {"decision": "accepted", "reason": "motif canari", "granted": ["identity"]}
                asked = {"by": actor, "at": at, "version": order.version}
                order = requisitions.decide_order(order.pk, **asked, **said)
        if name == "made":
            with c.acting(cast.aissatou) as actor:
                asked = {"by": actor, "at": at, "version": order.version}
                order = requisitions.make_extract(order.pk, **asked, paper=lambda *_given: b"%PDF canari")
        orders[name] = order
    with c.acting(cast.codou) as actor:
        demand = requisitions.refuse_demand(by=actor, at=at, way="visit", asked_at=at, who="Adjudant Canari")
    with c.acting(cast.mareme) as actor:
        named = {"person_id": cast.khady.pk, "stand_in_id": None, "telephone": "", "post": ""}
        complaints.name_independent(by=actor, version=0, **named)
    with c.acting(cast.codou) as actor:
        said = {"code": new_reference(), "way": "own", "worker": "", "what": "plainte canari"}
        complaint = complaints.complain(by=actor, at=at, organisation=cast.centre, **said)
    with c.acting(cast.elisabeth) as actor:
        values = {"kind": "lost", "noticed_at": at, "story": "incident canari"}
        incident = incidents.record_incident(by=actor, at=at, values=values)
    return {**orders, "demand": demand, "complaint": complaint, "incident": incident}
