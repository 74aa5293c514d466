"""A row of the table, and the people of the cast by what they may."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.urls import reverse

from tests.world import World

UNIT, CENTRE = "aissatou bineta", "codou daouda elisabeth"
DESKS = "bineta codou elisabeth fatou ousmane"
WORKERS = "aissatou daouda fatou"
SITTERS = "aissatou bineta codou daouda elisabeth fatou ousmane"
ADMIN = "mareme"
#: One of each kind: of the own organisation, of the other side, of no side.
STRANGERS = "aissatou bineta codou fatou ibrahima ousmane mareme"
ALL = "aissatou bineta codou daouda elisabeth fatou gora habib ibrahima khady lamine mareme ousmane"
PEOPLE = ALL.split()


@dataclass(frozen=True)
class Row:
    """One address and what it answers, by status, to whom of the cast; everybody else gets `others`."""

    opens: str = ""
    #: Attribute of the World whose id stands in the address.
    about: str = ""
    others: int = 403
    status: int = 200
    more: dict[int, str] = field(default_factory=dict)
    methods: str = "GET POST"
    #: What somebody gets who is not signed in; None: the way to sign in.
    anonymous: int | None = None
    arguments: tuple[str, ...] = ()
    #: Who holds the row itself, though not what this address shows of it.
    holds: str = ""

    def expected(self, who: str) -> int:
        for status, names in {self.status: self.opens, **self.more}.items():
            if who in names.split():
                return status
        return self.others

    def address(self, name: str, world: World | None, pk: UUID | None = None) -> str:
        given: list[Any] = [pk or getattr(world, self.about).pk] if self.about else []
        url, _colon, action = name.partition(":")
        return reverse(url, args=[*given, *self.arguments, *([action] if action else [])])


def get(opens: str, **more: Any) -> Row:
    return Row(opens, methods="GET", **more)


def post(opens: str, **more: Any) -> Row:
    return Row(opens, methods="POST", **more)


def of_case(opens: str, sees: str = "", **more: Any) -> Row:
    """Aïssatou's file: 404 for all but those who `sees` it without being allowed this."""
    return Row(opens, about="case", others=404, more={403: sees}, **more)


def of_referral(about: str, opens: str, sees: str = "", **more: Any) -> Row:
    return Row(opens, about=about, others=404, more={403: sees}, **more)


#: Who may see that a quality review of the unit is under way; Élisabeth carries it out.
REVIEWS = "bineta elisabeth ibrahima khady"


def of_review(opens: str, sees: str = "", **more: Any) -> Row:
    return Row(opens, about="review", others=404, more={403: sees}, **more)


def public(anonymous: int = 200, **more: Any) -> Row:
    return Row(ALL, anonymous=anonymous, **more)


INTAKE = "00000000-0000-4000-8000-000000000001"
