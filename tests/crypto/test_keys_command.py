"""`manage.py keys`: what there is, new keys while people work, and the end of old ones."""

from contextlib import suppress
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from audit import clock, resealing
from audit.digest import row_digest
from audit.models import Event
from audit.resealing import LONGEST_WORK
from crypto import keyring
from crypto.errors import KeyDestroyed
from crypto.fields import as_stored
from crypto.models import DataKey
from crypto.providers import FileKeyProvider, WrappedKey, disk, get_provider
from crypto.providers.keyset import Keyset
from crypto.rotation import epochs, rewrap
from crypto.scopes import Scope, ScopeKind
from referral.models import Case, Person, Transition
from referral.services import cases, receiving
from tests import cast as c
from tests.contents import values_of
from tests.referral.pages import later
from tests.referral.test_erasure import closed, erased

pytestmark = [
    pytest.mark.django_db(databases=["default", "audit"]),
    pytest.mark.usefixtures("own_key_file", "one_connection"),
]


def keys(*arguments: str, **options: Any) -> str:
    said = StringIO()
    call_command("keys", *arguments, stdout=said, **options)
    return said.getvalue()


def opened(case: Case) -> dict[tuple[str, str, str], Any]:
    """Every value of the case that opens, live and past, by where it stands."""
    found = {}
    with keyring.opened() as ring:
        for row, field in values_of(case):
            with suppress(KeyDestroyed), ring.revealing(row):
                found[row._meta.label, str(row.pk), field.name] = getattr(row, field.name)
    return found


def sealed_by(case: Case) -> set[Any]:
    """The keys that the values of the case name, and that are there: what a refused desk was to be shown has none."""
    stored = [field.value_from_object(row) for row, field in values_of(case)]
    return {value.dek_id for value in stored if value is not None} & set(
        DataKey.objects.values_list("pk", flat=True)
    )


# --- Epochs ---------------------------------------------------------------------------------------------------
def test_a_rotation_brings_every_key_under_a_new_epoch_and_touches_no_value(cast: c.Cast) -> None:
    case = c.open_case(cast)
    before, former, moved = sealed_by(case), get_provider().kek_id, DataKey.objects.count()
    said = keys("rotate")
    active = get_provider().kek_id
    assert active != former
    assert f"came from {former}" in said
    assert set(DataKey.objects.values_list("kek_id", flat=True)) == {active}
    assert sealed_by(case) == before
    with c.acting(), keyring.revealing(case.person):
        assert case.person.health == c.SECRETS["health"]
    event = Event.objects.get(verb="key.rotate", scope=former)
    with keyring.opened():
        assert event.detail == {"keys": moved, "under": active}


def test_what_was_interrupted_is_finished_and_makes_no_third_epoch(cast: c.Cast) -> None:
    c.open_case(cast)
    provider = get_provider()
    assert isinstance(provider, FileKeyProvider)
    newer = provider.add_epoch()
    half = DataKey.objects.order_by("pk").first()
    assert half is not None
    key = WrappedKey(bytes(half.wrapped), half.kek_id, keyring.wrapping_context(half.scope, half.pk))
    _kek_id, (wrapped,) = newer.rewrap([key])
    DataKey.objects.filter(pk=half.pk).update(kek_id=newer.kek_id, wrapped=wrapped)
    assert "interrupted" in keys("rotate")
    assert get_provider().kek_id == newer.kek_id
    assert set(DataKey.objects.values_list("kek_id", flat=True)) == {newer.kek_id}


def test_a_key_destroyed_meanwhile_does_not_come_back(cast: c.Cast) -> None:
    case = c.open_case(cast)
    newer = get_provider().add_epoch()  # type: ignore[attr-defined]

    class Slow:
        """A provider during whose work somebody erases the case."""

        kek_id = newer.kek_id

        def rewrap(self, keys: Any) -> Any:
            DataKey.objects.filter(case_id=case.pk).delete()
            return newer.rewrap(keys)

    rewrap(Slow())  # type: ignore[arg-type]
    assert not DataKey.objects.filter(case_id=case.pk).exists()


def test_a_key_that_does_not_open_is_named_and_left(cast: c.Cast) -> None:
    case, active = c.open_case(cast), get_provider().kek_id
    DataKey.objects.filter(case_id=case.pk, scope_kind="case").update(kek_id="file-00000000")
    before = list(DataKey.objects.filter(kek_id="file-00000000").values_list("wrapped", flat=True))
    get_provider().add_epoch()
    with pytest.raises(CommandError, match="1 data keys do not open"):
        keys("rotate")
    assert list(DataKey.objects.filter(kek_id="file-00000000").values_list("wrapped", flat=True)) == before
    assert Event.objects.filter(verb="key.rotate", scope=active).count() == 1, (
        "what was moved is written down"
    )
    assert "NOT THERE ANY MORE" in keys("status")


def test_status_says_how_old_everything_is_and_what_is_due(cast: c.Cast) -> None:
    case = c.open_case(cast)
    total = DataKey.objects.count()
    assert f"  AES-256-GCM-SIV, data keys of version 1: {total}\n" in keys("status")
    assert "of version 2" not in keys("status")
    with c.acting(), transaction.atomic():
        keyring.current().renew(Scope(ScopeKind.CASE, case.pk))
    assert "  AES-256-GCM-SIV, data keys of version 2: 1\n" in keys("status")
    DataKey.objects.filter(version=2).delete()
    former = get_provider().kek_id
    said = keys("status")
    assert f"{former}: made" in said
    assert "  case: 1" in said
    assert "a new one in" in said
    later(days=91)
    assert "DUE: rotate" in keys("status")
    keys("rotate")
    assert "can be shredded in 3" in keys("status")
    assert [epoch.keys.total() for epoch in epochs(get_provider()) if not epoch.active] == [0]


# --- The end of an epoch ---------------------------------------------------------------------------------------
def test_an_epoch_ends_after_the_last_backup_and_never_while_it_wraps_a_key(cast: c.Cast) -> None:
    c.open_case(cast)
    former = get_provider().kek_id
    with pytest.raises(CommandError, match="active"):
        keys("shred", former, confirm=former)
    get_provider().add_epoch()  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="still lie under this epoch"):
        keys("shred", former, force=True, confirm=former)
    keys("rotate")
    with pytest.raises(CommandError, match="Backups made in this epoch"):
        keys("shred", former, confirm=former)
    later(days=36)
    with pytest.raises(CommandError, match="Nothing was destroyed"):
        keys("shred", former, confirm="something else")
    assert former in get_provider().status().epochs
    keys("shred", former, confirm=former)
    assert former not in get_provider().status().epochs
    assert Event.objects.filter(verb="key.shred", scope=former).count() == 1
    with pytest.raises(CommandError, match="no epoch"):
        keys("shred", former, confirm=former)


def test_before_its_time_two_people_decide_in_production(cast: c.Cast, settings: Any) -> None:
    settings.DEVELOPMENT = False
    former = get_provider().kek_id
    keys("rotate")
    for by in ([], ["A"], ["A", "a"]):
        with pytest.raises(CommandError, match="Two people"):
            keys("shred", former, force=True, by=by, confirm=former)
    keys("shred", former, force=True, by=["A", "B"], confirm=former)
    event = Event.objects.get(verb="key.shred")
    with keyring.opened():
        assert event.detail == {"early": True, "by": ["A", "B"]}


# --- One case -------------------------------------------------------------------------------------------------
def test_a_case_comes_under_new_keys_with_its_history_its_log_and_its_exchange(cast: c.Cast) -> None:
    case, other = c.started(cast).case, c.open_case(cast)
    refused = c.sent(cast, case, to=cast.other_centre)
    with c.acting(cast.ousmane) as actor:
        said = {"reason_code": "OTHER", "reason": "toit canari"}
        receiving.decline_referral(refused.pk, by=actor, at=clock.now(), version=refused.version, **said)
    before, former, beside = opened(case), sealed_by(case), sealed_by(other)
    versions = Person.history.filter(case_id=case.pk).count()
    said = keys("rotate-case", case.reference)
    assert "wait an hour" in said
    after, now = opened(case), sealed_by(case)
    assert former & now == set(), "nothing lies under a former key any more"
    assert sealed_by(other) == beside
    assert {key: after.get(key) for key in before} == before, "every version says what it said"
    assert [value for (model, _row, name), value in after.items() if name == "reason"].count(
        "toit canari"
    ) == 1
    assert Person.history.filter(case_id=case.pk).count() == versions + 1
    assert DataKey.objects.filter(pk__in=former).exists(), "whoever works now may still seal by a former key"
    later(hours=LONGEST_WORK.seconds / 3600 + 1)
    assert "former keys are destroyed" in keys("rotate-case", str(case.pk))
    assert not DataKey.objects.filter(pk__in=former).exists()
    assert opened(case) == after


def test_every_version_is_the_one_of_its_last_event(cast: c.Cast) -> None:
    case = c.open_case(cast)
    with c.acting(cast.aissatou) as actor:
        version = case.person.version
        cases.correct_person(case.pk, by=actor, at=clock.now(), version=version, values={"needs": "un lit"})
    keys("rotate-case", case.reference)
    rows = [*Person.history.filter(case_id=case.pk), Person.objects.get(case=case)]
    assert len(rows) == 4
    for row in rows:
        event = Event.objects.filter(
            object_id=case.person.pk, version=row.version, row_digest__isnull=False
        ).last()
        assert event is not None
        assert bytes(event.row_digest) == row_digest(row), row.version
    resealed = Event.objects.filter(object_id=case.person.pk, verb="key.rotate", version=1).get()
    first = Event.objects.filter(object_id=case.person.pk, verb="create").get()
    with keyring.opened():
        assert resealed.detail == {"was": bytes(first.row_digest).hex()}


def test_a_second_run_finishes_what_the_first_did_not(cast: c.Cast) -> None:
    case = c.open_case(cast)
    with c.acting(), transaction.atomic():
        for key in list(DataKey.objects.filter(case_id=case.pk)):
            keyring.current().renew(key.scope)
    said = keys("rotate-case", case.reference)
    assert said.startswith("0 new keys; ")
    assert DataKey.objects.filter(case_id=case.pk, version=3).count() == 0
    with c.acting(), keyring.revealing(case.person):
        assert Person.objects.get(case=case).sex == "female"


def test_an_erased_case_has_no_keys_and_an_unknown_one_is_not_there(cast: c.Cast) -> None:
    case = erased(cast)
    with pytest.raises(CommandError, match="it was erased"):
        keys("rotate-case", case.reference)
    with pytest.raises(CommandError, match="no such case"):
        keys("rotate-case", "000000000")


def test_the_log_says_what_it_said_whatever_key_it_lies_under(cast: c.Cast) -> None:
    case = closed(cast, reason_code="OTHER")
    move = Transition.objects.filter(case=case).first()
    assert move is not None
    for changed in ({"reason_code": "DECEASED"}, {"reason": None}):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            Transition.objects.filter(pk=move.pk).update(**changed)


def test_what_somebody_changes_while_a_version_is_read_is_not_overwritten(
    cast: c.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read, changed by another one, written: the comparison finds it, and the next run takes the row up."""
    case = c.open_case(cast)
    with c.acting(), transaction.atomic():
        keyring.current().renew(Scope(ScopeKind.CASE, case.pk))
    version = Person.history.filter(case_id=case.pk).first()
    assert version is not None

    def digest(row: Any) -> bytes:
        with as_stored():
            Person.history.filter(pk=row.pk).update(needs=row.health)
        return row_digest(row)

    monkeypatch.setattr(resealing, "row_digest", digest)
    with c.acting():
        assert resealing._reseal_version(Person.history.model, version.pk, case.pk) == 0
    changed = Person.history.get(pk=version.pk)
    with as_stored():
        assert changed.needs == changed.health
    assert not Event.objects.filter(verb="key.rotate").exists()


def test_a_slow_rotation_does_not_put_a_key_back_under_an_epoch_that_ends(cast: c.Cast) -> None:
    """It has wrapped a batch; before it is stored, somebody else rotates, and shreds that epoch."""
    case, provider = c.open_case(cast), get_provider()
    provider.add_epoch()
    overtaken = provider.kek_id
    behind = Keyset(disk.read(settings.RELAIS_KEY_FILE))

    class Slow:
        kek_id = property(lambda self: provider.kek_id)

        def rewrap(self, keys: Any) -> Any:
            if provider.kek_id != overtaken:
                return provider.rewrap(keys)
            wrapped = behind.rewrap(keys)
            provider.add_epoch()
            rewrap(provider)
            return wrapped

    moved, unreadable = rewrap(Slow())  # type: ignore[arg-type]
    assert (moved.total(), unreadable) == (0, 0), "what somebody else has moved is not counted twice"
    assert set(DataKey.objects.values_list("kek_id", flat=True)) == {provider.kek_id}
    for kek_id in set(provider.status().epochs) - {provider.kek_id}:
        provider.drop_epoch(kek_id)
    with c.acting(), keyring.revealing(case.person):
        assert case.person.health == c.SECRETS["health"]
