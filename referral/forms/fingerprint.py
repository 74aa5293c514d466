"""What stands on a paper from the safe?"""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from audit.fingerprint import heard


class FingerprintForm(forms.Form):
    size = forms.IntegerField(
        label=_("Number of events on the paper"),
        min_value=1,
        max_value=10**15,
        error_messages={"required": _("Give the number of events that stands on the paper.")},
    )
    words = forms.CharField(
        label=_("The eight words on the paper"),
        max_length=200,
        error_messages={"required": _("Give the eight words that stand on the paper.")},
    )

    def clean_words(self) -> tuple[str, ...]:
        found = heard(self.cleaned_data["words"])
        if found is None:
            raise ValidationError(
                _("These are not eight words of a fingerprint: each has five letters, like babab.")
            )
        return found
