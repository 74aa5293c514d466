"""The forms of a place call: what is needed and whom one asks; then the desk's one tap."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.enums import CodeList
from partners.models import Places
from partners.queries import code_choices
from referral.enums import SHELTER_SERVICES
from referral.forms.acts import ActForm
from referral.forms.receiving import place_choices
from referral.forms.sending import NeedForm
from referral.forms.when import yes_no
from referral.place_calls import MOST_ASKED


class LodgingForm(NeedForm):
    """What is needed: one of the services that lodge."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        service = self.fields["service"]
        service.choices = [each for each in service.choices if not each[0] or each[0] in SHELTER_SERVICES]


class CallForm(ActForm):
    """Whom one asks at once, and that the person agrees to it."""

    centres = forms.TypedMultipleChoiceField(
        label=_("Which centres? Three at most"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose one to three centres.")},
    )
    agreed = yes_no(
        label=_("Does the person agree that you ask these centres for a place, without her or his name?"),
        error_messages={"required": _("Say whether the person agrees.")},
    )
    agreed_how = forms.ChoiceField(
        label=_("How did the person agree?"), widget=forms.RadioSelect, initial="oral_with_witness"
    )

    def __init__(self, *args: Any, centres: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["centres"].choices = centres
        self.fields["agreed_how"].choices = code_choices(CodeList.CONSENT_METHOD)

    def clean_centres(self) -> list[str]:
        centres: list[str] = self.cleaned_data["centres"]
        if len(centres) > MOST_ASKED:
            raise forms.ValidationError(_("Choose three centres at most."))
        return centres

    def clean_agreed(self) -> bool:
        if not self.cleaned_data["agreed"]:
            raise forms.ValidationError(
                _("Without the person’s agreement nobody is asked, even without a name.")
            )
        return True


class DeskForm(ActForm):
    """The two buttons of a desk, and which of its places, where several are free."""

    OFFER, NO = "offer", "no"
    answer = forms.ChoiceField(choices=[(OFFER, OFFER), (NO, NO)])
    place = forms.ChoiceField(label=_("Which place?"), widget=forms.RadioSelect, required=False)

    def __init__(self, *args: Any, free: Sequence[Places], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(free) > 1:
            self.fields["place"].choices = place_choices(free, None)
            # The best group comes first; another is one tap more.
            self.fields["place"].initial = self.fields["place"].choices[0][0]
        else:
            del self.fields["place"]
