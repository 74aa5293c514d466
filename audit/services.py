"""How is an act written down? With its change, before its page, or at once."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, Error, transaction
from django.db.models import Model

from audit import facts, sitting, store
from audit.digest import row_digest
from audit.enums import Outcome, Verb
from audit.errors import AuditUnavailable, NotInTransaction
from audit.models import Event
from audit.stream import PROCESS
from crypto import keyring
from crypto.errors import KeyringClosed
from crypto.scopes import SYSTEM

ALIAS = "audit"  # the same database, a connection of its own: a rollback of the business does not erase


def record(
    verb: str,
    subject: Model,
    *,
    case_id: UUID | None = None,
    referral_id: UUID | None = None,
    fields: Iterable[str] = (),
    scope: str = "",
    outcome: str = Outcome.OK,
    reason_code: str = "",
    detail: Mapping[str, Any] | None = None,
) -> Event:
    """Writes a change and its event in one transaction: both or none. Call it after the save.

    Args:
        fields: names of the fields that changed.
        detail: sealed; the only place for what is neither code nor id.

    Raises:
        NotInTransaction, RowNotStored, FactRefused, NoSitting.
    """
    if not transaction.get_connection(DEFAULT_DB_ALIAS).in_atomic_block:
        raise NotInTransaction(f"The event {verb} must be in the transaction of its change.")
    object_type, object_id, version = _identity(subject)
    event = _permitted(
        verb=verb,
        object_type=object_type,
        object_id=object_id,
        version=version,
        row_digest=row_digest(subject),
        case_id=case_id,
        referral_id=referral_id,
        fields=list(fields),
        scope=scope,
        outcome=outcome,
        reason_code=reason_code,
        detail=detail,
    )
    store.insert([event], DEFAULT_DB_ALIAS)
    return event


def look(
    verb: str,
    subject: Model | type[Model],
    *,
    case_id: UUID | None = None,
    referral_id: UUID | None = None,
    fields: Iterable[str] = (),
    scope: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Notes a look; `flush` writes it before the page leaves.

    Args:
        subject: the object, or its model for a list or a search, whose ids then go into `detail`.

    Raises:
        FactRefused, NoSitting.
    """
    object_type, object_id, version = _identity(subject)
    noted = sitting.Look(
        verb=verb,
        object_type=object_type,
        object_id=object_id,
        version=version,
        case_id=case_id,
        referral_id=referral_id,
        fields=tuple(fields),
        scope=scope,
        detail=None if detail is None else dict(detail),
    )
    _permit(
        _event_of(noted), noted.detail
    )  # refused here, where the mistake is, and not at the end of the request
    sitting.current().add(noted)


def deny(
    verb: str,
    subject_type: str,
    subject_id: UUID | None,
    *,
    case_id: UUID | None = None,
    referral_id: UUID | None = None,
    reason_code: str,
) -> None:
    """Writes at once what was tried and refused; it stays when the business is rolled back.

    Raises:
        AuditUnavailable, FactRefused, NoSitting.
    """
    _append(
        [
            _permitted(
                verb=verb,
                object_type=subject_type,
                object_id=subject_id,
                case_id=case_id,
                referral_id=referral_id,
                outcome=Outcome.DENIED,
                reason_code=reason_code,
            )
        ]
    )


def note(
    verb: str,
    subject: type[Model],
    *,
    scope: str = "",
    outcome: str = Outcome.OK,
    reason_code: str = "",
    detail: Mapping[str, Any] | None = None,
) -> Event:
    """Writes at once what was found out: neither a change, nor a look of somebody.

    Raises:
        AuditUnavailable, FactRefused, NoSitting.
    """
    event = _permitted(
        verb=verb,
        object_type=subject._meta.label_lower,
        scope=scope,
        outcome=outcome,
        reason_code=reason_code,
        detail=detail,
    )
    _append([event])
    return event


def flush() -> None:
    """Writes the looks of this sitting and the keys unwrapped for them. No event, no data shown.

    Raises:
        AuditUnavailable: show nothing.
    """
    current = sitting.current()
    # What they say was permitted when they were noted.
    events = [_with(_event_of(noted), noted.detail) for noted in current.looks]
    if any(noted.detail is not None for noted in current.looks):
        keyring.current().sealing_key(SYSTEM)  # now, so that its own unwrap is counted below
    unwraps = _unwraps()
    if unwraps > current.unwraps_written:
        if not events:
            events.append(_event(verb=Verb.KEY_UNWRAP_BATCH, object_type="crypto.datakey"))
        events[0].kek_unwraps = unwraps - current.unwraps_written
    if events:
        _append(events)
    current.unwraps_written = unwraps
    current.forget_looks()


def _identity(subject: Model | type[Model]) -> tuple[str, UUID | None, int | None]:
    """Of a history row, the row that it is a version of."""
    model = subject if isinstance(subject, type) else type(subject)
    model = getattr(model, "instance_type", model)
    if isinstance(subject, type):
        return model._meta.label_lower, None, None
    return (
        model._meta.label_lower,
        getattr(subject, model._meta.pk.attname),
        getattr(subject, "version", None),
    )


def _event_of(look: sitting.Look) -> Event:
    return _event(
        verb=look.verb,
        object_type=look.object_type,
        object_id=look.object_id,
        version=look.version,
        case_id=look.case_id,
        referral_id=look.referral_id,
        fields=list(look.fields),
        scope=look.scope,
    )


def _permitted(*, detail: Mapping[str, Any] | None = None, **columns: Any) -> Event:
    """Raises FactRefused."""
    event = _event(**columns)
    _permit(event, detail)
    return _with(event, detail)


def _with(event: Event, detail: Mapping[str, Any] | None) -> Event:
    if detail is not None:
        event.detail = dict(detail)
    return event


def _permit(event: Event, detail: Mapping[str, Any] | None) -> None:
    """Raises FactRefused."""
    facts.require_detail(detail)
    facts.require_codes(event)


def _event(**columns: Any) -> Event:
    who = sitting.current().who
    return Event(
        actor_id=who.actor_id,
        organisation_id=who.organisation_id,
        session_hash=who.session_hash,
        ip_class=who.ip_class,
        **columns,
    )


def _unwraps() -> int:
    try:
        return keyring.current().unwraps
    except KeyringClosed:
        return 0  # without a keyring nothing was decrypted


def _append(events: list[Event]) -> None:
    try:
        with PROCESS.numbers(len(events)) as (stream_id, numbers):
            for event, number in zip(events, numbers, strict=True):
                event.stream_id, event.stream_n = stream_id, number
            store.insert(events, ALIAS)  # one statement is one transaction: all of them or none
    except Error as error:
        raise AuditUnavailable("The event could not be written.") from error
