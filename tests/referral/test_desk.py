"""The inbox in one statement: the same rows as the ORM gives, and nothing more to ask."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit import clock
from crypto import keyring
from crypto.models import DataKey
from partners.queries import actor_of
from referral.enums import Side
from referral.models import ReferralGrant
from referral.queries import inbox
from referral.queries.lists import After
from tests import cast as c

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def everything_shown(grant: Any) -> list[Any]:
    """What a line of the inbox says."""
    row = grant.content_object
    return [
        grant.pk, grant.group_id, grant.side, grant.seq, grant.state, grant.due_at, row.pk, row.reference,
        row.case_id, row.state,
        row.service, row.urgency, row.sex, row.is_child, row.worker_id, row.referring_organisation.name,
        row.preview.pk,
        row.preview.age_band, row.preview.risk, row.preview.region.name, row.preview.details,
    ]  # fmt: skip


def test_it_gives_what_the_orm_gives_in_one_query_and_one_for_the_keys(cast: c.Cast) -> None:
    for _number in range(3):
        c.sent(cast)
    c.accepted(cast)
    desk = actor_of(cast.codou)
    whole = ReferralGrant.objects.filter(group_id=desk.desk, side=Side.RECEIVING).order_by(
        "due_at", "content_object"
    )
    with keyring.opened() as ring:
        with CaptureQueriesContext(connection) as asked:
            found = inbox(desk)
            ring.prime_scopes(grant.content_object.preview.key_scope() for grant in found)
            shown = [everything_shown(grant) for grant in found]
        assert len(asked) == 2
        assert shown == [everything_shown(grant) for grant in whole]
    assert len(shown) == 4


def test_pages_follow_each_other_without_gap_or_repetition(cast: c.Cast) -> None:
    for _number in range(5):
        c.sent(cast)
    desk = actor_of(cast.codou)
    whole = [grant.content_object_id for grant in inbox(desk)]
    assert len(whole) == 5
    first = inbox(desk, limit=2)
    assert [grant.content_object_id for grant in first] == whole[
        :3
    ]  # one more says that there is a next page
    last = first[1]
    assert [
        g.content_object_id for g in inbox(desk, After(last.due_at, last.content_object_id), limit=5)
    ] == whole[2:]


def test_one_deadline_for_several_is_told_apart_by_their_ids(cast: c.Cast) -> None:
    for _number in range(3):
        c.sent(cast)
    desk = actor_of(cast.codou)
    due_at = clock.now() + timedelta(hours=1)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("UPDATE referral_referral SET due_at = %s, version = version + 1", [due_at])
        cursor.execute("UPDATE referral_referralgrant SET due_at = %s", [due_at])
        ids = sorted(grant.content_object_id for grant in inbox(desk))
        assert [grant.content_object_id for grant in inbox(desk)] == ids
        assert [grant.content_object_id for grant in inbox(desk, After(due_at, ids[0]))] == ids[1:]
    connection.set_rollback(True)  # versions without history are for this test alone


def test_a_second_key_of_a_scope_doubles_no_row(cast: c.Cast) -> None:
    referral = c.sent(cast)
    key = DataKey.objects.get(scope_kind="exchange", scope_id=referral.pk)
    DataKey.objects.create(
        id=uuid4(), scope_kind="exchange", scope_id=referral.pk, case_id=key.case_id, version=2,
        kek_id=key.kek_id, wrapped=key.wrapped
    )  # fmt: skip
    (grant,) = inbox(actor_of(cast.codou))
    assert grant.content_object_id == referral.pk


def test_another_desk_and_no_desk_hold_nothing(cast: c.Cast) -> None:
    c.sent(cast)
    assert inbox(actor_of(cast.ousmane)) == []
    assert inbox(actor_of(cast.khady)) == []
