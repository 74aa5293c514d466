"""How a child's custody title comes, or does not: entered from the paper, then confirmed by the court."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from partners.enums import Role
from partners.models import Organisation
from referral.demonstration.plan import File
from referral.demonstration.stage import Script, Stage
from referral.enums import TitleAction
from referral.models import CustodyTitle
from referral.services import custody

#: The court of a region; Dakar's for the others.
COURTS = {
    "SN-ZG": "court_south", "SN-KD": "court_south", "SN-SE": "court_south",
    "SN-TC": "court_east", "SN-KE": "court_east",
}  # fmt: skip
REQUISITION = timedelta(hours=72)
ORDER = timedelta(days=90)


def obtain(stage: Stage, case_pk: UUID, file: File, name: str) -> Script:
    """A 72-hour requisition first, the order within three days, then the court's confirmation; some stop on the way."""
    court = stage.organisations[COURTS.get(file.region, "court")]
    paper = Paper(stage, case_pk, file.owner, court, name)
    paper.enter(TitleAction.REQUISITION, REQUISITION)
    if file.title == "requisition":
        return
    yield stage.at + timedelta(hours=30)
    paper.enter(TitleAction.REQUEST_OGP, None)
    yield stage.at + timedelta(hours=26)
    paper.enter(TitleAction.ORDER, ORDER)
    if file.title == "ogp_unconfirmed":
        return
    yield stage.at + timedelta(hours=47)
    title = CustodyTitle.objects.get(case=case_pk)
    with stage.acting(stage.holder(court.pk, Role.JUSTICE)) as by:
        custody.confirm_title(title.pk, by=by, at=stage.at, version=title.version)


@dataclass(frozen=True)
class Paper:
    stage: Stage
    case_pk: UUID
    owner: str
    court: Organisation
    name: str

    def enter(self, action: TitleAction, life: timedelta | None) -> None:
        at = self.stage.at
        with self.stage.acting(self.owner) as by:
            custody.enter_title(
                self.case_pk,
                by=by,
                at=at,
                action=action,
                court=self.court,
                number=f"{self.stage.random.randint(100, 999)}/{at.year}",
                name_on_order=self.name,
                issued_on=at.date(),
                ends_at=at + life if life else None,
            )
