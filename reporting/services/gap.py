"""Where shelter is missing, for the country: small numbers masked, and fixed quarters alone (decision 24)."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from partners.actor import Actor
from partners.enums import Sex
from reporting.enums import Report as Name
from reporting.periods import Period
from reporting.queries.gap import Missing, declined_for_lack_of_place, expired_without_answer, regions
from reporting.services.reading import note, permit
from reporting.tables import Table, crossed

OTHER = "other"


def read_gap(actor: Actor, period: Period) -> list[Table]:
    """What is shown of it: see `Figure.publish`. Raises NotAllowed."""
    permit(actor, Name.SHELTER_GAP)
    note(Name.SHELTER_GAP, detail={"first": period.first.isoformat(), "last": period.last.isoformat()})
    once = _(
        "A person counts once in the quarter, in the region and with the age and sex of the last such referral; "
        "counted by the day on which it was recorded."
    )
    return [
        _table(
            "declined",
            _("Declined for lack of place"),
            _("Persons for whom a shelter declined at least one referral with the reason “no place”.")
            + " "
            + once,
            declined_for_lack_of_place(period),
        ),
        _table(
            "expired",
            _("Left without an answer"),
            _("Persons for whom at least one referral to a shelter expired, because nobody answered.")
            + " "
            + once,
            expired_without_answer(period),
        ),
    ]


def _table(code: str, title: str, how: str, missing: Missing) -> Table:
    columns = {
        "girls": pgettext("profile", "Girls"),
        "boys": pgettext("profile", "Boys"),
        "women": pgettext("profile", "Women"),
        "men": pgettext("profile", "Men"),
        OTHER: _("Other or not known"),
    }
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    for (region, is_child, sex), number in missing.items():
        key = (region, _profile(is_child, sex))
        total = counts.get(key, (0, 0))[0] + number
        counts[key] = (total, total)
    heads, rows = crossed(counts, regions(), columns)
    return Table(code, title, how, _("Region"), heads, rows)


def _profile(is_child: bool, sex: str) -> str:
    child, adult = {Sex.FEMALE.value: ("girls", "women"), Sex.MALE.value: ("boys", "men")}.get(
        sex, (OTHER, OTHER)
    )
    return child if is_child else adult
