"""What the organisations of the world say of themselves, and what national coordination sets."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from audit import clock
from audit.rows import write
from partners.enums import Role, TokenScope
from partners.models import (
    ApiToken,
    Invitation,
)
from partners.services import duty
from partners.services.accounts import offer_seat
from partners.services.tokens import make_token
from referral.models import (
    Holiday,
    RoutingRule,
    Term,
    WalkIn,
)
from referral.services import (
    receiving,
    walk_ins,
)
from tests import cast as c


def roster(cast: c.Cast) -> dict[str, Any]:
    """Nobody of it is on duty or absent yet: who is told stays as it is."""
    with c.acting(cast.elisabeth) as actor:
        at = clock.now()
        span = {"begins_at": at + timedelta(days=2), "ends_at": at + timedelta(days=2, hours=12), "at": at}
        shift = duty.add_shift(actor, user_id=cast.codou.pk, **span)
        absence = duty.record_absence(actor, user_id=cast.daouda.pk, covered_by=cast.elisabeth.pk, **span)
    return {"shift": shift, "absence": absence, "colleague": cast.daouda}


def more_places(cast: c.Cast, capacity: int) -> None:
    with c.acting(), transaction.atomic():
        cast.girls.refresh_from_db()
        cast.girls.capacity = capacity
        write(cast.girls, fields=["capacity"])


def walked_in(cast: c.Cast) -> WalkIn:
    with c.acting(cast.codou) as actor:
        return walk_ins.enter_walk_in(actor, cast.girls.pk, sex="female", age_band="14-17", at=clock.now())


def joined(cast: c.Cast) -> WalkIn:
    """Who came without a referral, and was said to be the person of one."""
    row, referral = walked_in(cast), c.sent(cast)
    with c.acting(cast.codou) as actor:
        at = clock.now()
        said = {"version": referral.version, "worker_id": cast.daouda.pk, "walk_in_id": row.pk}
        receiving.accept_referral(referral.pk, by=actor, at=at, expected_arrival_at=at, **said)
    row.refresh_from_db()
    return row


def token(cast: c.Cast) -> ApiToken:
    with c.acting(cast.mareme) as actor:
        asked = {"name": "Carte", "scopes": [*TokenScope], "days": 30, "at": clock.now()}
        return make_token(actor, cast.ngo, **asked)[0]


def invitation(cast: c.Cast) -> Invitation:
    with c.acting():
        seat = {"email": "nouvelle@exemple.sn", "name": "Nouvelle", "roles": [Role.CASEWORKER]}
        return offer_seat(cast.ngo, **seat, at=clock.now())[0]


def settings() -> dict[str, Any]:
    with c.acting(), transaction.atomic():
        term = Term(clock="review", amount=240)
        holiday = Holiday(day=date(2027, 4, 4), name_fr="Fête de l’Indépendance", name_en="Independence Day")
        write(term)
        write(holiday)
    return {"term": term, "holiday": holiday, "rule": RoutingRule.objects.get(profile="child")}
