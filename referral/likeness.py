"""What is said of two files that may be about one person: of each field, of the whole, and when it is taken back."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Likeness(TextChoices):
    """How one field of two files compares; all that coordination sees of it."""

    SAME = "same", pgettext_lazy("comparison", "Same")
    NEAR = "near", pgettext_lazy("comparison", "Near")
    DIFFERENT = "different", pgettext_lazy("comparison", "Different")
    UNKNOWN = "not_known", pgettext_lazy("comparison", "Not known")


class MatchDecision(TextChoices):
    """What somebody says of two files that may be about one person."""

    SAME = "same", _("The same person")
    DIFFERENT = "different", _("Two different persons")
    NOT_SURE = "not_sure", _("Not sure yet")
    #: By the system alone: one of the two files was erased.
    GONE = "gone", _("One of the files is gone")


class UndoReason(TextChoices):
    """Why two files are not one person's any more."""

    MISTAKE = "mistake", _("It was decided by mistake")
    NEW_FACTS = "new_facts", _("Something new was learnt")
    PERSON = "person", _("The person says so")
