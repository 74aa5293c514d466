"""Who may read which report? One line per report, deny by default. Pure."""

from collections.abc import Mapping

from partners.actor import Actor
from partners.enums import DESK_ROLES, Role
from reporting.enums import Report

#: A report is about the reader's own organisation, or national and then without small numbers.
READERS: Mapping[str, frozenset[Role]] = {
    Report.ORGANISATION: DESK_ROLES,
    # Who answers for the desk: every act of the sheet is theirs.
    Report.SUNDAY: frozenset({Role.FOCAL_POINT}),
    Report.SHELTER_GAP: frozenset({Role.COORDINATOR, Role.STATISTICIAN}),
}
#: Whoever may read any.
EVERY_READER = frozenset().union(*READERS.values())


def may(actor: Actor, report: str) -> bool:
    return actor.has(*READERS.get(report, ()))


def readable(actor: Actor) -> list[Report]:
    return [report for report in Report if may(actor, report)]
