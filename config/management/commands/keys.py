from argparse import ArgumentParser
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.db.models import Count, Q

from audit import services as audit
from audit import sitting
from audit.enums import Verb
from audit.models import Event
from audit.recovery import open_case, try_keys
from audit.resealing import NoKeys, reseal_case
from audit.work import at_work
from config import ceremony
from crypto import keyring
from crypto.errors import CryptoError, WrongKey
from crypto.models import DataKey
from crypto.providers import SealedKeyProvider, VaultKeyProvider, get_provider
from crypto.providers.keyset import Keyset
from crypto.rotation import EPOCH_AGE, Epoch, closed, epochs, rewrap
from crypto.sealed import ALGORITHM_NAME
from referral.models import Case
from referral.references import heard

OF_A_FILE = frozenset({"seal", "reshare", "drill"})


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
        self._add_ceremony(acts)

    def _add_ceremony(self, acts: Any) -> None:
        seal = acts.add_parser("seal", help="seals the keys of the key file, to be opened by people")
        seal.add_argument("--fresh", action="store_true", help="new keys: there is no key file yet")
        seal.add_argument("--shares", action="store_true", help="five shares, of which three open it")
        seal.add_argument("--passphrase", action="store_true", help="a passphrase opens it")
        reshare = acts.add_parser("reshare", help="new shares: a holder left, or a share was seen")
        drill = acts.add_parser("drill", help="does the restored database open by what lies in the safe?")
        drill.add_argument("--case", help="reference or id; the newest where it is missing")
        opening = acts.add_parser("open", help="opens the keys of the key agent, after each of its starts")
        opening.add_argument("--shares", action="store_true", help="by three shares, not by the passphrase")
        opening.add_argument("--by", action="append", default=[], help="who opens them; twice for shares")
        acts.add_parser("close", help="the key agent forgets the keys")
        acts.add_parser("prepare", help="makes the two keys at the key server, where they are not there yet")
        for known in (reshare, drill):
            known.add_argument("--passphrase", action="store_true", help="opened by it, not by three shares")
        for named in (seal, reshare, drill):
            named.add_argument(
                "--file", type=Path, help="the sealed key file; RELAIS_KEY_SEALED where it is missing"
            )
        for printed in (seal, reshare):
            printed.add_argument("--sheets", type=Path, help="writes the shares there, one a page")

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        try:
            self._act(act, options)
        except CryptoError as error:
            raise CommandError(str(error)) from None

    def _act(self, act: str, options: dict[str, Any]) -> None:
        # These three need no database: a ceremony has a machine without a network.
        path = options.get("file") or settings.RELAIS_KEY_SEALED
        if act in OF_A_FILE and path == Path():
            raise CommandError("Say which file: --file, or RELAIS_KEY_SEALED.")
        match act:
            case "seal":
                return ceremony.seal(
                    path,
                    self.stdout.write,
                    fresh=options["fresh"],
                    passphrase=options["passphrase"],
                    in_shares=options["shares"],
                    sheets=options["sheets"],
                )
            case "reshare":
                return ceremony.reshare(
                    path, self.stdout.write, by_passphrase=options["passphrase"], sheets=options["sheets"]
                )
            case "drill":
                return self._drill(path, options)
        with at_work() as at:
            match act:
                case "open":
                    self._open(options)
                case "close":
                    audit.look("admin.keys_close", DataKey)
                    audit.flush()
                    _agent().close()
                    self.stdout.write("The key agent has forgotten the keys.")
                case "prepare":
                    self._prepare()
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
        provider = get_provider()
        found = epochs(provider)
        self.stdout.write(f"Provider: {provider.name}")
        for epoch in found:
            made = f"made {_days(at - epoch.made_at)} ago" if epoch.made_at else "NOT THERE ANY MORE"
            self.stdout.write(f"{epoch.kek_id}: {made}{', active' if epoch.active else ''}")
            for kind, count in sorted(epoch.keys.items()):
                self.stdout.write(f"  {kind}: {count}")
            for version, count in sorted(epoch.versions.items()):
                self.stdout.write(f"  {ALGORITHM_NAME}, data keys of version {version}: {count}")
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
        provider = get_provider()
        if DataKey.objects.exclude(kek_id=provider.kek_id).exists():
            begun = "Keys are moved" if settings.RELAIS_KEY_FORMER else "An earlier rotation was interrupted"
            self.stdout.write(f"{begun}: it is finished, no new epoch is made.")
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
            audit.flush()  # what was moved is moved, and shred asks when
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
        provider, name, by = get_provider(), options["epoch"], options["by"]
        found = epochs(provider)
        epoch = next((each for each in found if each.kek_id == name and each.made_at), None)
        if epoch is None:
            raise CommandError(f"There is no epoch {name}.")
        if epoch.active:
            raise CommandError("This epoch is active: rotate first.")
        if epoch.keys:
            raise CommandError(f"{epoch.keys.total()} data keys still lie under this epoch: rotate first.")
        if _older(epoch, found):
            raise CommandError("Epochs end in their order: an older one is still there.")
        free = _free_from(epoch, found)
        if at < free and not options["force"]:
            raise CommandError(f"Backups made in this epoch are kept for {_days(free - at)} more.")
        if at < free and not settings.DEVELOPMENT and len({each.casefold() for each in by}) < 2:
            raise CommandError("Two people decide to make backups useless: --force --by NAME --by NAME.")
        typed = options["confirm"] or input(f"This cannot be undone. Type {name} to destroy it: ")
        if typed != name:
            raise CommandError("Nothing was destroyed.")
        try:
            with closed(name) as left:
                if left:
                    raise CommandError("A data key came under this epoch meanwhile: rotate, and begin again.")
                # Written first: an end of keys that nobody wrote down does not happen.
                audit.look(Verb.KEY_SHRED, DataKey, scope=name, detail={"early": at < free, "by": by})
                audit.flush()
                provider.drop_epoch(name)
        except ValueError as error:
            raise CommandError(str(error)) from None
        except OperationalError:
            raise CommandError(
                "People are at work with the keys: nothing was destroyed. Try again."
            ) from None
        self.stdout.write(f"Epoch {name} is destroyed. Copies of the keys that hold it must go too.")

    # --- Sealed keys, and a key server -----------------------------------------------------------------------
    def _open(self, options: dict[str, Any]) -> None:
        agent, by = _agent(), options["by"]
        if options["shares"] and len({each.casefold() for each in by}) < 2:
            raise CommandError("Two people open the keys by shares, and are named: --by NAME --by NAME.")
        try:
            if options["shares"]:
                agent.open(shares=ceremony.three_shares(self.stdout.write))
            else:
                agent.open(passphrase=ceremony.typed("Phrase de passe / passphrase: ", hidden=True))
        except WrongKey as error:
            audit.deny("admin.keys_open", "crypto.datakey", None, reason_code="WRONG_KEY")
            raise CommandError(f"{error} Nothing was opened.") from None
        self.stdout.write("The keys are open.")
        audit.look("admin.keys_open", DataKey, detail={"by": by, "shares": options["shares"]})

    def _prepare(self) -> None:
        provider = get_provider()
        if not isinstance(provider, VaultKeyProvider):
            raise CommandError("The keys of this site are not at a key server.")
        provider.create_keys()
        self.stdout.write(f"The key server is ready: {provider.kek_id}.")

    def _drill(self, path: Path, options: dict[str, Any]) -> None:
        """On a machine that holds the restored database and nothing else: no agent, no key file, no network."""
        content = ceremony.opened(path, self.stdout.write, by_passphrase=options["passphrase"]).content
        with keyring.opened(Keyset(content)), sitting.opened(sitting.SYSTEM):
            found = try_keys()
            for kek_id, count in sorted(found.opened.items()):
                self.stdout.write(f"{kek_id}: {count} data keys open.")
            for kek_id, count in sorted(found.shut.items()):
                self.stdout.write(f"{kek_id}: {count} data keys do NOT open.")
            newest = Case.objects.filter(pk__in=DataKey.objects.values("case_id")).order_by("-seq")
            case = _case(options["case"]) if options["case"] else newest.first()
            if case is None:
                raise CommandError("The database holds no case that was not erased.")
            try:
                self.stdout.write(f"Case {case.reference}: {open_case(case.pk)} values open.")
            except CryptoError as error:
                raise CommandError(f"Case {case.reference} does not open: {error}") from None
            audit.look("admin.keys_drill", case, case_id=case.pk)
            audit.flush()
            if found.shut:
                raise CommandError(
                    "Not all data keys open: an older or a newer copy of the sealed keys is needed."
                )
            # Inside: what it writes down is sealed by the keys that people have typed; there are no others here.
            call_command("audit", "verify", stdout=self.stdout)
        self.stdout.write("The drill has passed: this backup and these people bring the files back.")


def _agent() -> SealedKeyProvider:
    return SealedKeyProvider(settings.RELAIS_KEY_AGENT)


def _older(epoch: Epoch, found: list[Epoch]) -> bool:
    return any(each.made_at and epoch.made_at and each.made_at < epoch.made_at for each in found)


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
