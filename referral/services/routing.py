"""Looking for whoever could receive a person: what is read of the file for it is a look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from audit import services as audit
from crypto import keyring
from partners.models import Organisation
from referral.disclosure import is_child
from referral.enums import Side
from referral.models import Case, RoutingRule
from referral.queries.candidates import Candidate, ranked
from referral.queries.routing_rules import rules
from referral.routing_rules import profiles_of, that_count
from referral.services.no_go import list_of

#: Of the person, what a place depends on.
READ = ("languages", "children", "flags")


@dataclass(frozen=True)
class Found:
    """Who could receive a person, the best first; and who is not proposed, with why."""

    proposed: list[Candidate]
    #: Nobody can answer at the desk: to be telephoned.
    to_telephone: list[Candidate]
    others: list[Candidate]
    #: The rules that count here, the most specific first.
    rules: Sequence[RoutingRule]

    def of(self, pk: str) -> Candidate | None:
        """The one that may be asked, by the text of its id, full or not."""
        if not pk:
            return None
        known = [*self.proposed, *(each for each in self.others if each.askable and each.staffed)]
        return next((each for each in known if str(each.pk) == pk), None)

    def receiver(self, pk: str) -> Organisation | None:
        """As `of`, to be named in a draft."""
        found = self.of(pk)
        return found.organisation if found else None


def look_for_providers(case: Case, service: str, urgency: str, *, side: Side, at: datetime) -> Found:
    """For the owner of a file, or for coordination, which reads codes: whose nationality it is stays with the file.

    Args:
        case: of a page that its reader may open, with its region.
    """
    person = case.person
    keyring.current().prime_scopes([case.key_scope()])
    opens = side != Side.COORDINATING and not is_child(person.age_status)
    nationality = None
    if opens:
        with keyring.current().revealing(person):
            nationality = person.nationality
    found = ranked(case, service, at, urgency=urgency, nationality=nationality)
    fields = [*READ, "nationality"] if opens else READ
    audit.look("view", person, case_id=case.pk, fields=fields, scope="routing")
    if (kept := list_of(case)) is not None:
        audit.look("view", kept, case_id=case.pk, fields=["entries"], scope="routing")
    profiles = profiles_of(is_child=is_child(person.age_status), nationality=nationality)
    return Found(
        proposed=[each for each in found if not each.hindrances and each.staffed],
        to_telephone=[each for each in found if not each.hindrances and not each.staffed],
        others=[each for each in found if each.hindrances],
        rules=that_count(rules(), profiles=profiles, service=service, region=case.region_id),
    )
