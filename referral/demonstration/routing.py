"""To whom people of the demonstration are not sent, and a rule that coordination has set for one region."""

from uuid import UUID

from partners.enums import OrganisationKind
from referral.avoiding import Avoided, What, Why
from referral.demonstration.plan import File
from referral.demonstration.stage import Stage
from referral.routing_rules import Profile
from referral.services import no_go, routing_rules

#: Whose file keeps away from whom: by the profile of the file, the key of the organisation.
AVOIDS = {"daara": "daaray"}
#: Where the desks are far from each other.
FAR = "SN-KE"
SENTENCE_FR = "À Kédougou, téléphonez d’abord : la route peut prendre la journée."
SENTENCE_EN = "In Kédougou telephone first: the way may take the whole day."


def set_rules(stage: Stage) -> None:
    with stage.acting("coordinator") as by:
        routing_rules.add_rule(
            by=by,
            scope=routing_rules.Scope(region_id=stage.regions[FAR].pk, profile=Profile.ADULT),
            values={
                "organisation_id": None,
                "kinds": [OrganisationKind.NGO, OrganisationKind.HEALTH],
                "sentence_fr": SENTENCE_FR,
                "sentence_en": SENTENCE_EN,
            },
        )


def keep_away(stage: Stage, case_pk: UUID, file: File) -> None:
    """What the person has said at the first meeting."""
    key = AVOIDS.get(file.profile)
    if key is None or any(key == loop.to for top in file.loops for loop in top.all()):
        return
    entry = Avoided(What.ORGANISATION, str(stage.organisations[key].pk), Why.REFUSED)
    with stage.acting(file.owner) as by:
        no_go.keep_away(case_pk, by=by, version=0, entries=[entry])
