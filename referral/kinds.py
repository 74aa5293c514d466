"""What an attachment may be, of what kind of file, and why it was taken out."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AttachmentKind(TextChoices):
    """Papers alone: a photo of the person is not offered (domain §7.7)."""

    IDENTITY = "identity", _("Identity paper")
    CUSTODY = "custody", _("Custody title")
    MEDICAL = "medical", _("Medical certificate")
    COMPLAINT = "complaint", _("Complaint")
    CONSENT = "consent", _("Consent sheet")
    LETTER = "letter", _("Letter")
    OTHER = "other", _("Other paper")


class MediaType(TextChoices):
    """What an attachment may be, as its content says; the word is also the ending of its neutral name."""

    PDF = "pdf", "PDF"
    JPEG = "jpg", "JPEG"
    PNG = "png", "PNG"


class RemovalReason(TextChoices):
    MISTAKE = "mistake", _("It was put here by mistake")
    REPLACED = "replaced", _("Another one takes its place")
    NOT_NEEDED = "not_needed", _("It is no longer needed")
    ASKED = "asked", _("The person asks for it")


class QuestionKind(TextChoices):
    """How a ministry's own question is answered."""

    TEXT = "text", _("In words")
    YES_NO = "yes_no", _("Yes or no")
    DATE = "date", _("A date")
    CHOICE = "choice", _("One of several answers")
