from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count, Q

from audit import services as audit
from audit.enums import Verb
from audit.models import Event
from audit.resealing import NoKeys, reseal_case
from audit.work import at_work
from crypto.models import DataKey
from crypto.providers import FileKeyProvider, get_provider
from crypto.rotation import EPOCH_AGE, Epoch, epochs, rewrap
from referral.models import Case
from referral.references import heard


class Command(BaseCommand):
    help = "The keys that seal what is known of people: how old they are, new ones, the end of old ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("status", help="epochs with their age, what each still wraps, what is due")
        acts.add_parser("rotate", help="a new epoch, and every data key under it; run again, it finishes")
        case = acts.add_parser("rotate-case", help="new data keys for one case; run again, it finishes")
        case.add_argument("case", help="reference or id")
        shred = acts.add_parser("shred", help="destroys an epoch: no backup opens again what only it wraps")
        shred.add_argument("epoch")
        shred.add_argument("--force", action="store_true", help="before the backups made in it have ended")
        shred.add_argument("--by", action="append", default=[], help="who decides that; twice")
        shred.add_argument(
            "--confirm", help="the name of the epoch, typed again; asked for where it is missing"
        )

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        with at_work() as at:
            match act:
                case "status":
                    self._status(at)
                case "rotate":
                    self._rotate()
                case "rotate-case":
                    self._rotate_case(options["case"], at)
                case "shred":
                    self._shred(options, at)

    # --- What there is ---------------------------------------------------------------------------------------
    def _status(self, at: datetime) -> None:
        found = epochs(get_provider())
        for epoch in found:
            made = f"made {_days(at - epoch.made_at)} ago" if epoch.made_at else "NOT IN THE KEY FILE"
            self.stdout.write(f"{epoch.kek_id}: {made}{', active' if epoch.active else ''}")
            for kind, count in sorted(epoch.keys.items()):
                self.stdout.write(f"  {kind}: {count}")
            if epoch.oldest:
                self.stdout.write(f"  oldest data key: {_days(at - epoch.oldest)}")
            self.stdout.write(f"  {self._due(epoch, found, at)}")
        former = _former_keys()
        if former:
            self.stdout.write(
                f"Former keys of {former} cases wait for their end: run rotate-case again for them."
            )

    def _due(self, epoch: Epoch, found: list[Epoch], at: datetime) -> str:
        if epoch.made_at is None:
            return "DUE: what these keys sealed does not open"
        if epoch.active:
            left = epoch.made_at + EPOCH_AGE - at
            return f"a new one in {_days(left)}" if left > timedelta() else "DUE: rotate"
        if epoch.keys:
            return "DUE: rotate, which takes up what was interrupted"
        free = _free_from(epoch, found)
        return "DUE: shred" if free <= at else f"can be shredded in {_days(free - at)}"

    # --- New keys --------------------------------------------------------------------------------------------
    def _rotate(self) -> None:
        provider = _file_provider()
        if DataKey.objects.exclude(kek_id=provider.kek_id).exists():
            self.stdout.write("An earlier rotation was interrupted: it is finished, no new epoch is made.")
        else:
            provider = provider.add_epoch()
            self.stdout.write(f"New epoch {provider.kek_id}.")
        moved, unreadable = rewrap(provider)
        for former, count in sorted(moved.items()):
            audit.look(
                Verb.KEY_ROTATE, DataKey, scope=former, detail={"keys": count, "under": provider.kek_id}
            )
            self.stdout.write(f"{count} data keys came from {former}.")
        if not moved:
            audit.look(Verb.KEY_ROTATE, DataKey, detail={"keys": 0, "under": provider.kek_id})
        if unreadable:
            raise CommandError(f"{unreadable} data keys do not open, and were left as they are.")

    def _rotate_case(self, named: str, at: datetime) -> None:
        case = _case(named)
        try:
            done = reseal_case(case.pk, at=at)
        except NoKeys:
            raise CommandError("This case has no keys: it was erased.") from None
        audit.look(
            Verb.KEY_ROTATE,
            case,
            case_id=case.pk,
            detail={
                "scopes": done.renewed,
                "rows": done.rows,
                "versions": done.versions,
                "ended": done.destroyed,
            },
        )
        self.stdout.write(
            f"{done.renewed} new keys; {done.rows} rows and {done.versions} versions came under them."
        )
        if done.destroyed:
            self.stdout.write(f"{done.destroyed} former keys are destroyed.")
        if done.waiting:
            self.stdout.write(
                f"{done.waiting} former keys wait an hour for whoever works now: run it again then."
            )

    # --- The end of old ones ---------------------------------------------------------------------------------
    def _shred(self, options: dict[str, Any], at: datetime) -> None:
        provider, name, by = _file_provider(), options["epoch"], options["by"]
        found = epochs(provider)
        epoch = next((each for each in found if each.kek_id == name and each.made_at), None)
        if epoch is None:
            raise CommandError(f"There is no epoch {name} in the key file.")
        if epoch.active:
            raise CommandError("This epoch is active: rotate first.")
        if epoch.keys:
            raise CommandError(f"{epoch.keys.total()} data keys still lie under this epoch: rotate first.")
        free = _free_from(epoch, found)
        if at < free and not options["force"]:
            raise CommandError(f"Backups made in this epoch are kept for {_days(free - at)} more.")
        if at < free and not settings.DEVELOPMENT and len({each.casefold() for each in by}) < 2:
            raise CommandError("Two people decide to make backups useless: --force --by NAME --by NAME.")
        typed = options["confirm"] or input(f"This cannot be undone. Type {name} to destroy it: ")
        if typed != name:
            raise CommandError("Nothing was destroyed.")
        # Written first: an end of keys that nobody wrote down does not happen.
        audit.look(Verb.KEY_SHRED, DataKey, scope=name, detail={"early": at < free, "by": by})
        audit.flush()
        provider.drop_epoch(name)
        self.stdout.write(f"Epoch {name} is destroyed. Copies of the key file that hold it must go too.")


def _file_provider() -> FileKeyProvider:
    provider = get_provider()
    if not isinstance(provider, FileKeyProvider):
        raise CommandError("This provider keeps its epochs itself.")
    return provider


def _free_from(epoch: Epoch, found: list[Epoch]) -> datetime:
    """When the last backup ends that was made while the epoch wrapped anything."""
    assert epoch.made_at is not None  # noqa: S101 - the callers have asked
    after = [each.made_at for each in found if each.made_at and each.made_at > epoch.made_at]
    emptied = Event.objects.filter(verb=Verb.KEY_ROTATE, scope=epoch.kek_id).order_by("seq").last()
    last = max([min(after, default=epoch.made_at), *([emptied.at] if emptied else [])])
    return last + timedelta(days=settings.RELAIS_BACKUP_DAYS)


def _former_keys() -> int:
    twice = DataKey.objects.exclude(case_id=None).values("case_id", "scope_kind", "scope_id")
    return len({row["case_id"] for row in twice.annotate(versions=Count("pk")).filter(versions__gt=1)})


def _case(named: str) -> Case:
    try:
        wanted = Q(pk=UUID(named))
    except ValueError:
        wanted = Q(reference=heard(named))
    case = Case.objects.filter(wanted).first()
    if case is None:
        raise CommandError("There is no such case.")
    return case


def _days(span: timedelta) -> str:
    return f"{span.days} days" if span.days else f"{span.seconds // 3600} hours"
