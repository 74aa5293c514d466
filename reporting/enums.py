"""The reports there are."""

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Report(TextChoices):
    ORGANISATION = "organisation", _("Report of my organisation")
    SUNDAY = "sunday", _("Weekly sheet")
    SHELTER_GAP = "shelter_gap", _("Declined for lack of place")


class FileKind(TextChoices):
    XLSX = "xlsx", _("Workbook (.xlsx)")
    DOCX = "docx", _("Text (.docx)")


class CdpFile(TextChoices):
    """As what the file for the data-protection authority is handed over."""

    PDF = "pdf", _("Paper (.pdf)")
    DOCX = "docx", _("Text (.docx)")


class Missing(TextChoices):
    """What a week leaves unwritten."""

    AWAITED = "awaited", _("Was expected")
    QUIET = "quiet", _("In service, nothing written for a week")
    DEPARTED = "departed", _("The referral has ended, the departure is not written down")
    HEADCOUNT = "headcount", _("Places not confirmed since yesterday")
    WALK_IN = "walk_in", _("Came without a referral, lodged for more than a week")


class SundayAnswer(TextChoices):
    ARRIVED = "arrived", _("Has arrived; we made sure that it is this person")
    NOT_ARRIVED_TOLD = "not_arrived_told", _("Did not arrive; we telephoned the sender")
    NOT_ARRIVED = "not_arrived", _("Did not arrive; nobody telephoned the sender yet")
    GOES_ON = "goes_on", _("The service goes on")
    LEFT = "left", _("Has left")
    RIGHT = "right", _("The numbers are right")


#: One tap each. What needs words has its own page.
ANSWERS: Mapping[str, tuple[SundayAnswer, ...]] = {
    Missing.AWAITED: (SundayAnswer.ARRIVED, SundayAnswer.NOT_ARRIVED_TOLD, SundayAnswer.NOT_ARRIVED),
    Missing.QUIET: (SundayAnswer.GOES_ON,),
    Missing.DEPARTED: (SundayAnswer.LEFT,),
    Missing.HEADCOUNT: (SundayAnswer.RIGHT,),
    Missing.WALK_IN: (SundayAnswer.LEFT,),
}
#: Answers that say when it happened.
DATED = frozenset({Missing.AWAITED, Missing.DEPARTED, Missing.WALK_IN})
