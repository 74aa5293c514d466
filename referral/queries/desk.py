"""The inbox in one statement: the desk's first grants from their index, and only then whatever belongs to them.

Those of a group who wait for an answer have one line: the one with the nearest deadline stands for all of them.
So its cost depends neither on how much there is nor on what the planner makes of it: whoever is in no group, which is
nearly everybody, is never looked for among those who wait.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from partners.models import Organisation, Region
from partners.queries.fixed import Statement
from referral.enums import UNANSWERED, Side
from referral.models import Preview, Referral, ReferralGrant

TEXT = """
SELECT {{columns}} FROM (
    SELECT * FROM referral_referralgrant
    WHERE group_id = %(group)s AND side = %(side)s AND due_at IS NOT NULL {after}
    AND (state <> ALL(%(waiting)s) OR NOT EXISTS (
        SELECT FROM referral_referral mine CROSS JOIN LATERAL (
            SELECT FROM referral_referral other
            WHERE other.group_referral_id = mine.group_referral_id AND other.state = ANY(%(waiting)s)
            AND (other.due_at, other.id) < (mine.due_at, mine.id) LIMIT 1
        ) nearer
        WHERE mine.id = content_object_id AND mine.group_referral_id IS NOT NULL
    ))
    ORDER BY due_at, content_object_id LIMIT %(limit)s
) g
JOIN referral_referral r ON r.id = g.content_object_id
JOIN partners_organisation o ON o.id = r.referring_organisation_id
JOIN referral_preview p ON p.referral_id = r.id
JOIN partners_region a ON a.id = p.region_id
ORDER BY g.due_at, g.content_object_id
"""
REFERRAL = (
    *("id", "reference", "case_id", "state", "service", "urgency", "sex", "is_child"),
    *("referring_organisation_id", "receiving_organisation_id", "worker_id", "group_referral_id"),
)
PARTS = (
    ("g", ReferralGrant, ("id", "group_id", "content_object_id", "side", "seq", "state", "due_at")),
    ("r", Referral, REFERRAL),
    ("o", Organisation, ("id", "name", "group_id")),
    ("p", Preview, ("id", "referral_id", "case_id", "age_band", "region_id", "risk", "details")),
    ("a", Region, ("id", "code", "name")),
)
#: In the list of columns, not joined: each relation more makes the planner try every order once more.
GROUP = (
    "(SELECT reference FROM referral_groupreferral WHERE id = r.group_referral_id)",
    """CASE WHEN r.group_referral_id IS NOT NULL AND r.state = ANY(%(waiting)s) THEN ARRAY(
        SELECT ARRAY[m.sex, b.age_band]
        FROM referral_referral m JOIN referral_preview b ON b.referral_id = m.id
        WHERE m.group_referral_id = r.group_referral_id AND m.state = ANY(%(waiting)s)
    ) END""",
)
FIRST = Statement(TEXT.format(after=""), PARTS, GROUP)
NEXT = Statement(TEXT.format(after="AND (due_at, content_object_id) > (%(due_at)s, %(pk)s)"), PARTS, GROUP)


@dataclass(frozen=True)
class GroupLine:
    """Many persons in one line of a list.

    Attributes:
        counts: (sex, age band) -> how many of them wait for an answer.
    """

    pk: UUID
    reference: str
    counts: Mapping[tuple[str, str], int]

    @property
    def size(self) -> int:
        return sum(self.counts.values())


def first_of_desk(
    group: int, limit: int, *, due_at: datetime | None = None, pk: UUID | None = None
) -> list[ReferralGrant]:
    """The desk's open grants by deadline, after (`due_at`, `pk`) where given.

    Each carries `content_object`, a Referral with `referring_organisation` and `preview.region`;
    and `group_line` where it stands for a group.
    """
    values = {"group": group, "side": Side.RECEIVING, "waiting": sorted(UNANSWERED), "limit": limit}
    statement = FIRST if pk is None else NEXT
    found = []
    for grant, referral, sender, preview, region, reference, people in statement.rows(
        values | {"due_at": due_at, "pk": pk}
    ):
        preview.region, referral.preview, referral.referring_organisation = region, preview, sender
        grant.content_object = referral
        grant.group_line = None
        if people:
            counts = Counter((sex, band) for sex, band in people)
            grant.group_line = GroupLine(referral.group_referral_id, reference, counts)
        found.append(grant)
    return found
