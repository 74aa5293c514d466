"""From objects to tables, and what follows from rows by SQL alone."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.utils import timezone
from psycopg.sql import SQL, Identifier

from audit.history import Recorded
from crypto.keyring import Keyring, wrapping_context
from crypto.models import DataKey
from crypto.providers import KEY_LENGTH
from crypto.scopes import Scope
from referral.models import Case, Consent, Person, Preview, Referral, ReferralGrant, Snapshot
from referral.seeding.files import Batch

FILLED: tuple[type[models.Model], ...] = (Case, Person, Referral, Preview, Snapshot, Consent)
GUARDED: tuple[type[models.Model], ...] = (*FILLED, ReferralGrant)
#: Scopes whose keys are looked up in one query.
PRIMED = 1000


@contextmanager
def unguarded() -> Iterator[None]:
    """Without the triggers that ask of each row whether its history and its grants are there.

    `wrong_rows` asks the same of all rows in a few queries, before this transaction commits. Only the owner of the
    tables may switch a trigger off, so the command runs as the owner; the application could not.
    """
    with connection.cursor() as cursor:
        # Foreign keys stay checked, by statement: a queue of millions of checks would wait for the commit.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for model in GUARDED:
            cursor.execute(switch(model, "DISABLE"))
        yield
        for model in GUARDED:
            cursor.execute(switch(model, "ENABLE"))
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def switch(model: type[models.Model], verb: str) -> Any:
    return SQL("ALTER TABLE {} {} TRIGGER USER").format(Identifier(model._meta.db_table), SQL(verb))


def store(ring: Keyring, batch: Batch) -> None:
    """The keys first: what is sealed names them."""
    scopes = batch.scopes()
    copy_in(DataKey, [_new_key(ring, scope) for scope in scopes])
    for start in range(0, len(scopes), PRIMED):
        ring.prime_scopes(scopes[start : start + PRIMED])
    for model, rows in (
        (Case, batch.cases),
        (Person, batch.people),
        (Referral, batch.referrals),
        (Preview, batch.previews),
        (Snapshot, batch.snapshots),
    ):
        copy_in(model, rows)


def _new_key(ring: Keyring, scope: Scope) -> DataKey:
    pk = uuid4()
    kek_id, wrapped = ring.provider.wrap(os.urandom(KEY_LENGTH), wrapping_context(scope, pk))
    return DataKey(
        id=pk,
        scope_kind=scope.kind,
        scope_id=scope.id,
        case_id=scope.case_id,
        kek_id=kek_id,
        wrapped=wrapped,
        created_at=timezone.now(),
    )


def copy_in(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Each field says itself what it stores: sealed ones seal."""
    database = connections[DEFAULT_DB_ALIAS]  # the proxy would be asked for each field of each row
    fields = model._meta.concrete_fields
    statement = SQL("COPY {} ({}) FROM STDIN").format(
        Identifier(model._meta.db_table), SQL(", ").join(Identifier(str(field.column)) for field in fields)
    )
    with database.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([field.get_db_prep_save(field.pre_save(row, True), database) for field in fields])


# --- What follows from the rows ----------------------------------------------------------------------------
CONSENTS = """
INSERT INTO referral_consent (id, version, case_id, recipient_id, purpose, "group", given, conversation, method,
                              assent, language, explained_by_id, given_at, expires_at)
SELECT gen_random_uuid(), 1, r.case_id, r.receiving_organisation_id, r.purpose, g, true, r.id, 'oral_with_witness',
       false, 'wol', r.created_by_id, r.created_at, r.basis_until
FROM referral_referral r CROSS JOIN unnest(r.released_groups) g WHERE r.basis <> ''
"""
TRANSITIONS = """
INSERT INTO referral_transition (id, machine, case_id, referral_id, action, source, target, side, actor_id,
                                 organisation_id, occurred_at, recorded_at, reason_code, reason_for)
SELECT gen_random_uuid(), 'referral', r.case_id, r.id, move.action, 'draft', move.target, 'referring', r.created_by_id,
       r.referring_organisation_id, move.at, move.at, '', 'sender'
FROM referral_referral r CROSS JOIN LATERAL (VALUES
    ('send', 'sent', r.sent_at), ('accept', 'accepted', r.accepted_at), ('start', 'in_service', r.started_at)
) move (action, target, at) WHERE move.at IS NOT NULL
"""
#: As `grants.follow` leaves them; the last is for coordination, until a next referral was made.
GRANTS = """
INSERT INTO referral_referralgrant (group_id, content_object_id, permission_id, side, seq, state, due_at)
SELECT o.group_id, r.id, p.id, s.side, r.seq, r.state, r.due_at
FROM referral_referral r
CROSS JOIN LATERAL (VALUES
    ('referring', r.referring_organisation_id, true),
    ('receiving', r.receiving_organisation_id, r.state NOT IN ('draft', 'declined', 'withdrawn', 'expired'))
) s (side, organisation_id, held)
JOIN partners_organisation o ON o.id = s.organisation_id
JOIN auth_permission p ON p.codename = 'hold_' || s.side
WHERE s.held
UNION ALL
SELECT g.id, r.id, p.id, 'coordinating', r.seq, r.state, r.due_at
FROM referral_referral r, auth_group g, auth_permission p
WHERE g.name = 'coordination' AND p.codename = 'hold_coordinating' AND r.state IN ('declined', 'expired')
  AND NOT EXISTS (SELECT FROM referral_referral child WHERE child.parent_id = r.id)
"""
CASE_GRANTS = """
INSERT INTO referral_casegrant (user_id, content_object_id, permission_id, granted_at)
SELECT c.owner_id, c.id, p.id, c.opened_at FROM referral_case c, auth_permission p WHERE p.codename = 'hold_case'
"""
#: A few unread ones for each desk: what the frame of every page counts.
NOTICES = """
INSERT INTO referral_notice (id, user_id, reference, object_type, object_id, action_needed, due_at, made_at)
SELECT gen_random_uuid(), u.id, r.reference, 'referral', r.id, true, r.due_at, r.state_since
FROM partners_user u CROSS JOIN LATERAL (
    SELECT * FROM referral_referral WHERE receiving_organisation_id = u.organisation_id AND due_at IS NOT NULL
    ORDER BY seq DESC LIMIT 12
) r WHERE u.email LIKE 'desk%@seed.relais.example'
"""
#: The rows brought their numbers along: the sequences go on after them.
NUMBERS = """
SELECT (SELECT count(nextval('referral_case_seq')) FROM referral_case),
       (SELECT count(nextval('referral_referral_seq')) FROM referral_referral)
"""


def follow() -> None:
    with connection.cursor() as cursor:
        for statement in (CONSENTS, TRANSITIONS, GRANTS, CASE_GRANTS, NOTICES, NUMBERS):
            cursor.execute(statement)
        for model in FILLED:
            cursor.execute(_histories(model))


def _histories(model: Any) -> Any:
    """The first and only version of each row, as an import makes it."""
    columns = SQL(", ").join(Identifier(field.column) for field in model._meta.concrete_fields)
    return SQL(
        "INSERT INTO {history} ({columns}, history_date, history_type)"
        " SELECT {columns}, relais_now(), '+' FROM {table}"
    ).format(
        history=Identifier(model.history.model._meta.db_table),
        columns=columns,
        table=Identifier(model._meta.db_table),
    )


# --- Is it right? ------------------------------------------------------------------------------------------
WITHOUT_HISTORY = """
SELECT count(*) FROM {table} t WHERE NOT EXISTS (
    SELECT FROM {history} h WHERE h.id = t.id AND h.version = t.version AND h.history_type <> '-')
"""
STRAYED_GRANTS = """
SELECT count(*) FROM referral_referralgrant g JOIN referral_referral r ON r.id = g.content_object_id
WHERE (g.seq, g.state, g.due_at) IS DISTINCT FROM (r.seq, r.state, r.due_at)
"""
#: An open referral that was sent is held by both sides; one that ended without service by the sender alone.
MISSING_GRANTS = """
SELECT count(*) FROM referral_referral r WHERE
    NOT EXISTS (SELECT FROM referral_referralgrant g WHERE g.content_object_id = r.id AND g.side = 'referring')
    OR (r.state IN ('draft', 'declined', 'withdrawn', 'expired'))
       = EXISTS (SELECT FROM referral_referralgrant g WHERE g.content_object_id = r.id AND g.side = 'receiving')
"""
WITHOUT_KEY = """
SELECT count(*) FROM referral_preview p WHERE NOT EXISTS (
    SELECT FROM crypto_datakey k WHERE k.scope_kind = 'exchange' AND k.scope_id = p.referral_id)
"""


def wrong_rows() -> dict[str, int]:
    """How many rows break a rule, by rule: of the whole database, not only of what was seeded."""
    questions: dict[str, Any] = {
        "grants that say something else than their referral": STRAYED_GRANTS,
        "referrals whose grants are not those of their state": MISSING_GRANTS,
        "previews without a key": WITHOUT_KEY,
    }
    for model in _recorded():
        questions[f"rows of {model._meta.db_table} whose version has no history"] = SQL(
            WITHOUT_HISTORY
        ).format(
            table=Identifier(model._meta.db_table),
            history=Identifier(model.history.model._meta.db_table),  # type: ignore[attr-defined]
        )
    found = {}
    with connection.cursor() as cursor:
        for sentence, question in questions.items():
            cursor.execute(question)
            if count := cursor.fetchone()[0]:
                found[sentence] = count
    return found


def _recorded() -> Iterable[type[models.Model]]:
    return [model for model in apps.get_models() if issubclass(model, Recorded)]
