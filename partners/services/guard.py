"""The steps that every write begins with: may the actor, is the row still the one that was shown?"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.enums import Verb
from audit.history import Recorded
from audit.services import deny
from partners import policy
from partners.actor import Actor
from partners.enums import Act

Row = TypeVar("Row", bound=Recorded)


class Refusal(Exception):
    """A rule stands against it: nothing was changed, and the sentence says why."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)


class StaleForm(Refusal):
    def __init__(self) -> None:
        super().__init__(
            _(
                "Somebody changed this after you opened the page. Nothing of yours was saved: "
                "look at it as it is now, and repeat your change if it is still right."
            )
        )


def authorise(actor: Actor, act: Act, organisation_id: UUID | None = None) -> None:
    """
    Raises:
        NotAllowed: 403; an event is left that no rollback erases.
    """
    if not policy.may(actor, act, organisation_id):
        deny(Verb.DENIED, "partners.organisation", organisation_id, reason_code=act.upper())
        raise policy.NotAllowed(act)


def locked(model: type[Row], pk: UUID, version: int | None = None) -> Row:
    """The row, locked until the transaction ends.

    Args:
        version: the one that the form was loaded with; None where an act does not depend on what was seen.

    Raises:
        StaleForm.
    """
    row = model._default_manager.select_for_update(of=("self",), no_key=True).get(pk=pk)
    if version is not None and row.version != version:
        raise StaleForm
    return row


@contextmanager
def explained(**sentences: str | Promise) -> Iterator[None]:
    """Turns what a constraint refuses into its sentence; inside `atomic`, which the refusal then leaves.

    Args:
        sentences: constraint name -> sentence.
    """
    try:
        yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
        if name not in sentences:
            raise
        raise Refusal(sentences[name]) from error
