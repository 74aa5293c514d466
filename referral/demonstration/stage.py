"""Where the demonstration is played: its clock, its cast, and the order of its acts."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connections, transaction
from django.test.utils import override_settings

from audit import services as audit
from audit import sitting
from audit.services import ALIAS
from crypto import keyring
from crypto.providers import KeyProvider, get_provider
from partners.actor import Actor
from partners.enums import Role
from partners.models import Organisation, Region, User
from partners.queries import actor_of
from partners.services.accounts import accept_invitation, accept_undertaking, offer_seat
from referral.models import Case

#: What one case or one referral goes through: it yields the time of its next act, and acts when it is resumed.
Script = Generator[datetime, None, None]

DAYS = timedelta(days=100)


class QuickHasher(Argon2PasswordHasher):
    """A quarter of a second for each of seventy people would protect a password that everybody knows.

    The digest is renewed with the parameters of the site at the first sign-in, as any older one is.
    """

    time_cost, memory_cost, parallelism = 1, 1024, 1


@contextmanager
def quick_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=[f"{__name__}.QuickHasher", *settings.PASSWORD_HASHERS]):
        yield


#: Invented looks that a power cut loses are no loss: the disk is not waited for.
CLOCK = """
    SELECT set_config('relais.clock_offset', (%s::timestamptz - now())::text, true),
           set_config('synchronous_commit', 'off', true)
"""


@dataclass
class Stage:
    """
    Args:
        now: the moment at which the play ends; it begins `DAYS` before.
        password: everybody's.
    """

    now: datetime
    password: str
    #: The same play at each run: only the dates, ids and codes differ.
    random: Random = field(default_factory=lambda: Random(2005))  # noqa: S311 - draws names and hours, no secret
    provider: KeyProvider = field(default_factory=get_provider)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    regions: dict[str, Region] = field(
        default_factory=lambda: {region.code: region for region in Region.objects.all()}
    )
    _actors: dict[str, Actor] = field(default_factory=dict)
    _waiting: list[tuple[datetime, int, Script]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)
    #: What the clock of the play's own transaction shows: many act at the same time.
    _shown: datetime | None = None

    def __post_init__(self) -> None:
        self.at = self.now - DAYS

    # --- Time ----------------------------------------------------------------------------------------------
    def begin(self, script: Script, at: datetime) -> None:
        """Lets `script` act for the first time at `at`, at once if that has passed."""
        heappush(self._waiting, (max(at, self.at), next(self._numbers), script))

    def later(self, at: datetime, act: Callable[[], object]) -> None:
        """A single act."""
        self.begin(_once(act), at)

    def play(self) -> None:
        """All acts of all scripts in the order of their times, up to the end of the play."""
        while self._waiting and self._waiting[0][0] <= self.now:
            self.at, _number, script = heappop(self._waiting)
            coming = next(script, None)
            if coming is not None:
                self.begin(script, coming)
        self.at = self.now
        self._show_time()

    # --- Who acts ------------------------------------------------------------------------------------------
    @contextmanager
    def acting(self, person: str) -> Iterator[Actor]:
        """As a request does: a keyring and a sitting of their own, the looks written at the end."""
        user = self.people[person]
        with self._sitting(sitting.Who(user.pk, user.organisation_id)):
            yield self.actor(person)

    @contextmanager
    def unattended(self) -> Iterator[None]:
        """The system acts, or somebody who has no account yet."""
        with self._sitting(sitting.SYSTEM):
            yield

    @contextmanager
    def _sitting(self, who: sitting.Who) -> Iterator[None]:
        with keyring.opened(self.provider) as ring, sitting.opened(who, self.at) as here:
            self._show_time()
            yield
            if here.looks or ring.unwraps:
                with transaction.atomic(using=ALIAS):
                    _set_clock(ALIAS, self.at)
                    audit.flush()

    def _show_time(self) -> None:
        if self._shown != self.at:
            _set_clock("default", self.at)
            self._shown = self.at

    def seat(
        self, person: str, name: str, organisation: Organisation, roles: list[str], by: Actor | None
    ) -> None:
        """Invites somebody, who accepts, chooses the password and gives the undertaking."""
        _invitation, token = offer_seat(
            organisation, email=address(person), name=name, roles=roles, at=self.at, by=by
        )
        with quick_passwords():
            user = accept_invitation(token, password=self.password, language="fr", at=self.at)
        accept_undertaking(user.pk, at=self.at)
        self.people[person] = User.objects.get(pk=user.pk)

    def actor(self, person: str) -> Actor:
        if person not in self._actors:
            self._actors[person] = actor_of(self.people[person])
        return self._actors[person]

    def holders(self, organisation_id: UUID, role: str) -> list[str]:
        """Those who hold the role there, in the order in which they came."""
        staff = [key for key, user in self.people.items() if user.organisation_id == organisation_id]
        return [key for key in staff if self.actor(key).has(role)]

    def other_supervisors(self, case: Case) -> list[str]:
        """Supervisors of the case's organisation who do not own it."""
        here = self.holders(case.organisation_id, Role.SUPERVISOR)
        return [key for key in here if self.people[key].pk != case.owner_id]

    def holder(self, organisation_id: UUID, *roles: str) -> str:
        """The first of those who hold the first of `roles` that somebody holds there."""
        return next(key for role in roles for key in self.holders(organisation_id, role))


def _once(act: Callable[[], object]) -> Script:
    act()
    yield from ()


def address(person: str) -> str:
    return f"{person}@demo.relais.example"


def _set_clock(alias: str, at: datetime) -> None:
    """Until the end of the transaction, history and events say that it is `at`."""
    with connections[alias].cursor() as cursor:
        cursor.execute(CLOCK, [at])
