"""Was every opening of a key for a look that is written down?

A key server counts for itself, on another machine and by another administrator: its log is compared with the events,
case by case and day by day. Where the key lies in a file, nobody but Relais counts, and only that can be shown.
"""

import base64
import binascii
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from audit.models import Event
from audit.verification.reading import one_moment, stream
from audit.verification.report import Fault, Kind, Report
from crypto.bound import Bound, bound_by
from crypto.errors import KeyUnavailable, Tampered
from crypto.scopes import SYSTEM, Scope
from crypto.sealed import Sealed

DECRYPT = re.compile(r"transit/decrypt/")
#: A page that is asked for before midnight is written down after it; the two machines' clocks differ.
NEAR = timedelta(minutes=10)
BY_DAY = """
SELECT (at AT TIME ZONE 'UTC')::date AS day, verb = 'key.unwrap_batch' AS alone, sum(kek_unwraps), count(*)
FROM audit_event WHERE kek_unwraps > 0 AND at BETWEEN '1000-01-01' AND '9999-01-01'
GROUP BY day, alone ORDER BY day, alone
"""
#: Keys opened by a request that wrote neither a look nor a change: nothing in the audit says what for.
ALONE = """
SELECT e.id, e.at, e.actor_id, e.kek_unwraps FROM audit_event e
WHERE e.verb = 'key.unwrap_batch' AND e.actor_id IS NOT NULL
    AND e.at BETWEEN '1000-01-01' AND '9999-01-01' AND NOT EXISTS (
    SELECT FROM audit_event o WHERE o.session_hash = e.session_hash AND o.actor_id = e.actor_id AND o.id <> e.id
        AND o.seq BETWEEN e.seq - 200 AND e.seq + 200 AND o.at BETWEEN e.at - interval '1 minute' AND e.at
)
ORDER BY e.seq
"""
OF_A_DAY = """
SELECT id, case_id, referral_id, object_id, detail, kek_unwraps, at FROM audit_event
WHERE at >= %s AND at < %s
"""


@dataclass(frozen=True, slots=True)
class Opened:
    """One key that the key server opened. `bound` is None where its log hides what the key is bound to."""

    at: datetime
    bound: Bound | None


def reconcile(log: Iterable[str] | None = None) -> Report:
    """Compares keys opened with looks.

    Args:
        log: lines of the key server's audit log, in order of time. None: what Relais itself counted is added up.

    Raises ValueError for a log that is none.
    """
    report = Report("unwraps")
    with one_moment():
        if log is None:
            _own_counts(report)
        else:
            for day, opened in groupby(opened_in(log), key=lambda each: each.at.astimezone(UTC).date()):
                _compare(day, list(opened), report)
    return report


def _own_counts(report: Report) -> None:
    for day, alone, opened, count in stream(BY_DAY):
        with_what = "without a look of their own" if alone else "with looks"
        report.remarks.append(f"{day}: {opened} keys opened by {count} requests and jobs {with_what}")
        report.checked["keys"] += opened
    for event_id, at, actor_id, opened in stream(ALONE):
        report.remarks.append(
            f"{at:%Y-%m-%d %H:%M}: {opened} keys, person {actor_id}, event {event_id} alone"
        )
        report.checked["alone"] += 1
    report.remarks.append(
        "This adds up what Relais itself has recorded: whoever replaced its code, or copied the key, is not in it. "
        "Where keys lie in a file, no second machine counts how often they are opened; where a key server keeps "
        "them, give its log."
    )


# --- With the log of a key server ------------------------------------------------------------------------------
def opened_in(log: Iterable[str]) -> Iterator[Opened]:
    """Every key that was opened, of the audit log of a Vault or OpenBao server (one JSON object a line).

    Raises ValueError for a line that is no such object.
    """
    for number, line in enumerate(log, 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            asked = entry["request"]
            if entry["type"] != "response" or entry.get("error") or not DECRYPT.search(asked["path"]):
                continue
            at = _moment(entry["time"])
            data = asked.get("data") or {}
            batch = data.get("batch_input")
            items = batch if isinstance(batch, list) else [data]
            results = ((entry.get("response") or {}).get("data") or {}).get("batch_results") or [{}] * len(
                items
            )
            opened = [item for item, result in zip(items, results, strict=True) if not result.get("error")]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ValueError(f"Line {number} is not of the audit log of a key server.") from None
        for each in opened:
            yield Opened(at, _bound(each))


def _moment(text: str) -> datetime:
    """RFC 3339 with up to nine digits of a second, in UTC. Raises ValueError."""
    whole, _point, fraction = text.removesuffix("Z").partition(".")
    return datetime.fromisoformat(f"{whole}.{fraction[:6]:0<6}+00:00")


def _bound(asked: Any) -> Bound | None:
    """What the key is bound to, where the log shows it: with `audit_non_hmac_request_keys=context` of the mount."""
    text = asked.get("context") if isinstance(asked, dict) else None
    try:
        return bound_by(base64.b64decode(text, validate=True)) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        return None


def _compare(day: date, opened: list[Opened], report: Report) -> None:
    start = datetime.combine(day, datetime.min.time(), UTC)
    known, least, most = _events_of(start, report)
    report.checked["keys"] += len(opened)
    if not least <= len(opened) <= most:
        kind = Kind.LOOK_UNUSED if len(opened) < least else Kind.UNWRAP_UNLOOKED
        said = least if len(opened) < least else most
        report.add(Fault(kind, f"{day}: {len(opened)} keys on the key server, {said} in the events"))
    if any(each.bound is None for each in opened):
        report.remarks.append(
            f"{day}: the log hides what its keys are bound to, so only numbers are compared."
        )
    unlooked = Counter(
        each.bound.scope
        for each in opened
        if each.bound is not None and each.bound.scope.case_id and not _names(each.bound.scope, known)
    )
    for scope, count in sorted(unlooked.items(), key=lambda item: str(item[0].case_id)):
        where = f"{day}: case {scope.case_id}, {count} keys ({scope.kind} {scope.id})"
        report.add(Fault(Kind.UNWRAP_UNLOOKED, where))


def _names(scope: Scope, known: set[UUID]) -> bool:
    return scope.id in known or scope.case_id in known


def _events_of(start: datetime, report: Report) -> tuple[set[UUID], int, int]:
    """Ids that the day's events name, those in sealed lists too, and how many keys they say were opened, from to."""
    known: set[UUID] = set()
    least = most = 0
    end = start + timedelta(days=1)
    for event_id, case_id, referral_id, object_id, detail, unwraps, at in stream(
        OF_A_DAY, [start - NEAR, end + NEAR]
    ):
        known.update(filter(None, (case_id, referral_id, object_id)))
        if detail is not None:
            known.update(_ids_in(_opened_detail(event_id, bytes(detail))))
        most += unwraps
        least += unwraps if start + NEAR <= at < end - NEAR else 0
        report.checked["events"] += start <= at < end
    return known, least, most


def _opened_detail(event_id: UUID, stored: bytes) -> Any:
    field: Any = Event._meta.get_field("detail")
    try:
        return field.open_stored(Sealed(stored), event_id, SYSTEM)
    except (KeyUnavailable, Tampered):
        return None


def _ids_in(value: Any) -> Iterator[UUID]:
    match value:
        case str():
            try:
                yield UUID(value)
            except ValueError:
                return
        case list():
            for each in value:
                yield from _ids_in(each)
        case dict():
            for each in value.values():
                yield from _ids_in(each)
