"""How is a row changed? Saved and written down in one call, so that neither can be forgotten."""

from collections.abc import Iterable
from typing import Any

from audit.enums import Verb
from audit.history import Recorded
from audit.models import Event
from audit.services import record


def write(subject: Recorded, verb: str = "", *, fields: Iterable[str] | None = None, **facts: Any) -> Event:
    """Saves `subject` and records it in the same transaction.

    Args:
        verb: "create" for a new row, "change" for an old one unless said otherwise.
        fields: what changed; only these columns are written. None for a new row.
        facts: as for `audit.services.record`.
    """
    verb = verb or (Verb.CREATE if subject._state.adding else Verb.CHANGE)
    changed = None if fields is None else tuple(fields)
    subject.save(update_fields=changed)
    return record(verb, subject, fields=changed or (), **facts)
