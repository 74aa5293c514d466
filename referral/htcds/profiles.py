"""What an exported file holds."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ExportProfile(TextChoices):
    TEMPLATE = "template", _("With identities, as the Excel template of the standard (.xlsx)")
    CORE = "core", _("With identities, the core fields as text (.csv)")
    DEIDENTIFIED = "deidentified", _("Without identities: codes, age bands and years (.csv)")
