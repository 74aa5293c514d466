"""Who stands beside the child, and how safe the child is there."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models import Organisation
from referral.forms.acts import NAME, ActForm, Text
from referral.forms.basis import courts
from referral.guardians import Relation, Standing
from referral.models import Guardian
from referral.services.guardians import Particulars

WORDS = 1000


class GuardianForm(ActForm):
    relation = forms.ChoiceField(
        label=_("Who is it for the child?"),
        choices=Relation.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who it is for the child.")},
    )
    name = forms.CharField(label=_("Name"), max_length=NAME, required=False)
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        required=False,
        help_text=_("Nobody is called because a number stands here."),
    )
    court = forms.ModelChoiceField(
        label=_("Appointed by which court?"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("Not appointed by a court"),
        help_text=_("A guardian appointed for this child by a judge (loi 2005-06, article 17)."),
    )
    appointed_on = forms.DateField(
        label=_("Date of the appointment"),
        required=False,
        widget=forms.SelectDateWidget(years=range(1900, 2101)),
        help_text=_("For example 21 11 2026."),
    )

    def __init__(self, *args: Any, guardian: Guardian | None = None, **kwargs: Any) -> None:
        super().__init__(*args, version=guardian.version if guardian else None, **kwargs)
        self.fields["court"].queryset = courts()
        if guardian is not None:
            for name in ("relation", "name", "phone", "court", "appointed_on"):
                self.fields[name].initial = getattr(guardian, name)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        court, on = cleaned.get("court"), cleaned.get("appointed_on")
        appointed = cleaned.get("relation") == Relation.AD_HOC
        if (on or appointed) and not court and "court" not in self.errors:
            self.add_error("court", _("Say which court has appointed this guardian."))
        if (court or appointed) and not on and "appointed_on" not in self.errors:
            self.add_error("appointed_on", _("Give the date of the appointment, as on the paper."))
        if court and cleaned.get("relation") and not appointed:
            self.add_error("court", _("A court appoints an ad hoc guardian: choose this above, or no court."))
        if on and on > timezone.localdate():
            self.add_error("appointed_on", _("This date is in the future."))
        return cleaned

    def said(self) -> Particulars:
        return Particulars(**{name: self.cleaned_data[name] for name in Particulars.__dataclass_fields__})


class StandingForm(ActForm):
    """How safe is the child with this person, and why?"""

    standing = forms.ChoiceField(
        label=_("How safe is the child with this person?"),
        choices=Standing.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how safe the child is with this person.")},
    )
    reason = Text(
        label=_("Why?"),
        max_length=WORDS,
        help_text=_("What was seen and heard, by whom, and what the child says."),
        error_messages={"required": _("Write why: the decision rests on it.")},
    )
