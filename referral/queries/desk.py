"""The inbox in one statement: the desk's first grants from their index, and only then whatever belongs to them.

Those of a group who wait for an answer have one line: the one with the nearest deadline stands for all of them.
So its cost depends neither on how much there is nor on what the planner makes of it: whoever is in no group, which is
nearly everybody, is never looked for among those who wait.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crypto.scopes import ScopeKind
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
LEFT JOIN LATERAL (
    SELECT * FROM crypto_datakey
    WHERE scope_kind = %(kind)s AND scope_id = r.id AND recipient_kind = 'kek' ORDER BY version DESC LIMIT 1
) k ON true
LEFT JOIN referral_groupreferral q ON q.id = r.group_referral_id AND r.state = ANY(%(waiting)s)
LEFT JOIN LATERAL (
    SELECT array_agg(ARRAY[sex, age_band, n::text]) AS counts FROM (
        SELECT m.sex, b.age_band, count(*) AS n
        FROM referral_referral m JOIN referral_preview b ON b.referral_id = m.id
        WHERE q.id IS NOT NULL AND m.group_referral_id = q.id AND m.state = ANY(%(waiting)s) GROUP BY m.sex, b.age_band
    ) each
) c ON true
ORDER BY g.due_at, g.content_object_id
"""
REFERRAL = (
    *("id", "reference", "case_id", "state", "service", "urgency", "sex", "is_child"),
    *("referring_organisation_id", "receiving_organisation_id", "worker_id"),
)
PARTS = (
    ("g", ReferralGrant, ("id", "group_id", "content_object_id", "side", "seq", "state", "due_at")),
    ("r", Referral, REFERRAL),
    ("o", Organisation, ("id", "name", "group_id")),
    ("p", Preview, ("id", "referral_id", "case_id", "age_band", "region_id", "risk", "details")),
    ("a", Region, ("id", "code", "name")),
)
KEY = ("k.id", "k.kek_id", "k.wrapped")
GROUP = ("q.id", "q.reference", "c.counts")
FIRST = Statement(TEXT.format(after=""), PARTS, (*KEY, *GROUP))
NEXT = Statement(
    TEXT.format(after="AND (due_at, content_object_id) > (%(due_at)s, %(pk)s)"), PARTS, (*KEY, *GROUP)
)


@dataclass(frozen=True)
class GroupLine:
    """Many persons in one line of the inbox.

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

    Each carries `content_object` (a Referral with `referring_organisation` and `preview.region`) and the columns of
    its key as `key_id`, `key_kek_id`, `key_wrapped`; and `group_line` where it stands for a group.
    """
    values = {"group": group, "side": Side.RECEIVING, "limit": limit, "kind": ScopeKind.EXCHANGE}
    values["waiting"] = sorted(UNANSWERED)
    statement = FIRST if pk is None else NEXT
    found = []
    for grant, referral, sender, preview, region, *others in statement.rows(
        values | {"due_at": due_at, "pk": pk}
    ):
        preview.region, referral.preview, referral.referring_organisation = region, preview, sender
        grant.content_object = referral
        *key, group_id, reference, counts = others
        grant.key_id, grant.key_kek_id, grant.key_wrapped = key
        grant.group_line = None
        if group_id is not None:
            grant.group_line = GroupLine(
                group_id, reference, {(sex, band): int(n) for sex, band, n in counts}
            )
        found.append(grant)
    return found
