from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from partners.enums import CodeList
from partners.forms.fields import VersionForm
from partners.services.codes import Wording

#: Columns of referrals that carry a code are this wide; of these lists they are narrower.
WIDTH = 30
NARROW = {CodeList.LANGUAGE: 8, CodeList.COUNTRY: 8}


class WordingForm(forms.Form):
    fr = forms.CharField(label=_("In French"), max_length=120)
    en = forms.CharField(label=_("In English"), max_length=120)
    htcds = forms.CharField(
        label=_("Name in HTCDS 2.0 (optional)"),
        help_text=_("Under which it is exported; empty where the standard has none."),
        max_length=60,
        required=False,
    )
    ictip = forms.CharField(label=_("Code in IC-TIP (optional)"), max_length=40, required=False)
    rank = forms.IntegerField(
        label=_("Place in the list"),
        help_text=_("Lower numbers come first."),
        min_value=0,
        max_value=9999,
        initial=100,
    )

    def wording(self) -> Wording:
        return Wording(**{name: self.cleaned_data[name] for name in Wording.__dataclass_fields__})


class AddCodeForm(WordingForm):
    code = forms.CharField(
        label=_("Code"),
        help_text=_("Letters, digits, “_” and “-”. It never changes and is never used again."),
        validators=[
            RegexValidator(r"^[A-Za-z0-9_-]+$", _("Only letters without accents, digits, “_” and “-”."))
        ],
    )
    field_order = ["code", "fr", "en", "htcds", "ictip", "rank"]

    def __init__(self, name: str, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.name = name

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        width = NARROW.get(CodeList(self.name), WIDTH)
        if len(code) > width:
            raise forms.ValidationError(
                _("A code of this list has at most %(width)d characters."), params={"width": width}
            )
        return code


class ChangeCodeForm(VersionForm, WordingForm):
    pass
