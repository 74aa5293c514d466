"""What a house meets without a referral: who came at night, one too many, somebody on leave, somebody who waits."""

from datetime import timedelta
from functools import partial

from partners.enums import PersonGroup, Role
from partners.models import Places
from partners.services.ledger import Above
from partners.services.provision import count_heads
from referral.demonstration.stage import Stage
from referral.enums import SHELTER_SERVICES, AgeBand, PlacementState, State
from referral.models import Placement, Referral, WalkIn
from referral.queries import needs_place, places_for
from referral.services import stays, waiting, walk_ins

#: Whose house the demonstration's desk keeps.
HOUSE = "teranga"
#: Group, sex, age, hours ago; who came first has left since.
CAME = (
    (PersonGroup.BOYS, "male", AgeBand.B9_13, 60),
    (PersonGroup.WOMEN, "female", AgeBand.B21_29, 30),
    (PersonGroup.BOYS, "male", AgeBand.B14_17, 9),
)


def keep_house(stage: Stage) -> None:
    for number, came in enumerate(CAME):
        stage.later(stage.now - timedelta(hours=came[3]), partial(_walk_in, stage, came, leaves=not number))
    # Last of all: nobody of the plot still looks for a place in this house.
    for act in (_go_on_leave, _one_too_many, _let_wait):
        stage.later(stage.now, partial(act, stage))


def _desk(stage: Stage) -> str:
    return stage.holder(stage.organisations[HOUSE].pk, Role.FOCAL_POINT)


def _of(stage: Stage, group: PersonGroup) -> Places:
    return Places.objects.get(site__organisation=stage.organisations[HOUSE], group=group)


def _walk_in(stage: Stage, came: tuple[PersonGroup, str, AgeBand, int], *, leaves: bool) -> None:
    group, sex, age_band, _hours = came
    with stage.acting(_desk(stage)) as by:
        places = _of(stage, group)
        row = walk_ins.enter_walk_in(by, places.pk, sex=sex, age_band=age_band, at=stage.at)
    if leaves:
        stage.later(stage.at + timedelta(hours=26), partial(_leave, stage, row))


def _leave(stage: Stage, row: WalkIn) -> None:
    with stage.acting(_desk(stage)) as by:
        walk_ins.end_walk_in(by, row.pk, row.version, at=stage.at)


def _go_on_leave(stage: Stage) -> None:
    """Somebody visits her family for the night."""
    here = {"places__site__organisation": stage.organisations[HOUSE], "referral__state": State.IN_SERVICE}
    stay = Placement.objects.filter(**here, state=PlacementState.OCCUPIED).order_by("referral__seq").first()
    if stay is not None:
        with stage.acting(_desk(stage)) as by:
            back = stage.at + timedelta(days=1)
            stays.begin_leave(
                stay.referral_id, by=by, at=stage.at, version=stay.version, until=back, kept=True
            )


def _one_too_many(stage: Stage) -> None:
    """The mothers' house is full, and one comes at night with two children."""
    with stage.acting(_desk(stage)) as by:
        full = _of(stage, PersonGroup.MOTHERS)
        count_heads(by, full.pk, full.version, counted=full.capacity - full.held, at=stage.at)
        above = Above("night", by.id, stage.at)
        walk_ins.enter_walk_in(
            by, full.pk, sex="female", age_band=AgeBand.B21_29, children=2, above=above, at=stage.at
        )


def _let_wait(stage: Stage) -> None:
    """Whoever the desk has not decided on yet, and whose group is full tonight by its count, waits for a place."""
    rows = Referral.objects.filter(
        receiving_organisation=stage.organisations[HOUSE],
        state=State.ACKNOWLEDGED,
        service__in=sorted(SHELTER_SERVICES),
        group_referral=None,
    )
    referral = next((row for row in rows.order_by("seq") if needs_place(row)), None)
    if referral is None:
        return
    with stage.acting(_desk(stage)) as by:
        for places in places_for(referral):
            if places.free:
                count = places.capacity - places.held
                count_heads(by, places.pk, places.version, counted=count, at=stage.at)
        waiting.put_on_list(referral.pk, by=by, at=stage.at, version=referral.version)
