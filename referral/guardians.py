"""Who stands beside a child, and may they decide? Pure (design §5, domain §2.4 and §3.5; loi 2005-06, art. 17)."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Relation(TextChoices):
    MOTHER = "mother", _("Mother")
    FATHER = "father", _("Father")
    RELATIVE = "relative", _("Another member of the family")
    DE_FACTO = "de_facto", _("De facto guardian")
    MASTER = "master", _("Koranic master (marabout)")
    EMPLOYER = "employer", _("Employer, or host family")
    AD_HOC = "ad_hoc", _("Guardian appointed by a court")
    OTHER = "other", _("Somebody else")


#: To whom a child may come home; never a master or an employer (domain §3.5).
FAMILY = frozenset({Relation.MOTHER, Relation.FATHER, Relation.RELATIVE, Relation.DE_FACTO})


class Standing(TextChoices):
    NOT_ASSESSED = "not_assessed", _("Not assessed yet")
    ASSESSED_SAFE = "assessed_safe", _("Assessed: safe for the child")
    SUSPECTED = "suspected", _("Suspected")


_CARE = (Standing.ASSESSED_SAFE, Standing.NOT_ASSESSED, Standing.SUSPECTED)
#: A best-interest assessment takes 72 hours (domain §3.5); so has the second person.
DECIDE_WITHIN = timedelta(hours=72)

WAY_OUT = _(
    "Record the ground of child protection, or turn to the judge, the prosecutor or AEMO. "
    "The child’s own agreement is asked all the same."
)
_BARRED: Mapping[str, str | Promise] = {
    Standing.SUSPECTED: _(
        "This person is suspected: no agreeing for the child, no telling, no handing over."
    ),
    Standing.NOT_ASSESSED: _(
        "This person has not been assessed yet: no agreeing for the child, no telling, no handing over."
    ),
}


def is_more_careful(new: str, old: str) -> bool:
    """Care needs no second person first: it holds at once and is confirmed afterwards."""
    return _CARE.index(Standing(new)) > _CARE.index(Standing(old))


def barred(guardian: Any) -> str | Promise | None:
    """The sentence of why this person can neither agree, be told nor receive the child; None when nothing bars it.

    Whoever a court is said to have appointed too: the paper is read by the second person who decides.
    """
    return _BARRED.get(guardian.standing)


def family_may_receive(family: Iterable[tuple[str, str]]) -> bool:
    """Somebody of the family was found safe, and nobody of it is suspected (domain §3.5).

    Args:
        family: relation and standing of everybody recorded beside the child.
    """
    standings = {standing for relation, standing in family if relation in FAMILY}
    return Standing.ASSESSED_SAFE in standings and Standing.SUSPECTED not in standings
