"""Looking for a person, and saying whether two files are about one."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from referral.forms.acts import NAME, ActForm
from referral.forms.intake import OLDEST
from referral.likeness import MatchDecision, UndoReason
from referral.matching import document, telephone
from referral.models import MatchReview
from referral.names import sound_of
from referral.references import is_reference
from referral.services import searching
from referral.services.searching import Question

#: What a person decides; the rest is the system's.
DECISIONS = [
    (each.value, each.label) for each in (MatchDecision.SAME, MatchDecision.DIFFERENT, MatchDecision.NOT_SURE)
]


class SearchForm(forms.Form):
    """One of four ways. Posted, so that no name stands in an address; nothing of it is kept."""

    code = forms.CharField(
        label=_("Code of a case or of a referral"),
        max_length=20,
        required=False,
        help_text=_("For example K7M 2QX 9DT. Searching by code is not counted."),
    )
    phone = forms.CharField(label=_("Telephone number"), max_length=30, required=False)
    document_number = forms.CharField(label=_("Number of an identity paper"), max_length=40, required=False)
    family_name = forms.CharField(label=_("Family name"), max_length=NAME, required=False)
    given_names = forms.CharField(label=_("Given names"), max_length=NAME, required=False)
    year = forms.IntegerField(
        label=_("Year of birth, if it is known"),
        required=False,
        help_text=_("For example 2012. One year more or less is searched too."),
    )

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if code and not is_reference(code):
            raise forms.ValidationError(_("This is no code of ours: nine letters and digits."))
        return code

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        if phone and not telephone(phone):
            raise forms.ValidationError(_("This is no telephone number. For example +221 77 123 45 67."))
        return phone

    def clean_document_number(self) -> str:
        number: str = self.cleaned_data["document_number"]
        if number and not document(number):
            raise forms.ValidationError(_("The number of a paper has at least four letters or digits."))
        return number

    def clean_year(self) -> int | None:
        year: int | None = self.cleaned_data["year"]
        today = timezone.localdate().year
        if year is not None and not today - OLDEST <= year <= today:
            raise forms.ValidationError(_("Give a year such as 2012."))
        return year

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        names = [cleaned["family_name"], cleaned["given_names"]]
        ways = [cleaned["code"], cleaned["phone"], cleaned["document_number"], any(names)]
        if sum(map(bool, ways)) != 1:
            raise forms.ValidationError(
                _("Search by one thing: a code, a telephone number, a paper, or a name.")
            )
        if any(names) and not sound_of(*names):
            missing = "given_names" if names[0] else "family_name"
            self.add_error(missing, _("Give both the family name and a given name."))
        return cleaned

    def question(self) -> Question:
        said = self.cleaned_data
        if said["code"]:
            return searching.by_code(said["code"])
        if said["phone"]:
            return searching.by_phone(said["phone"])
        if said["document_number"]:
            return searching.by_document(said["document_number"])
        return searching.by_name(said["family_name"], said["given_names"], said["year"])


class DecideForm(ActForm):
    decision = forms.ChoiceField(
        label=_("Are the two files about one person?"),
        widget=forms.RadioSelect,
        choices=DECISIONS,
        error_messages={"required": _("Choose an answer. “Not sure yet” is one.")},
    )


class DecideAcrossForm(DecideForm):
    telephone = forms.BooleanField(
        label=_("Ask the two organisations to telephone each other"),
        required=False,
        help_text=_(
            "Each case owner is told which organisation to telephone about which own case: nothing else."
        ),
    )


class DecideAllForm(ActForm):
    """One question for each pair of a file."""

    def __init__(self, *args: Any, reviews: Sequence[tuple[MatchReview, str]], **kwargs: Any) -> None:
        """Args: reviews: with the reference of the other file."""
        super().__init__(*args, **kwargs)
        for review, reference in reviews:
            self.fields[f"pair_{review.pk}"] = forms.ChoiceField(
                label=_("Is case %(reference)s about the same person?") % {"reference": reference},
                widget=forms.RadioSelect,
                choices=DECISIONS,
                error_messages={"required": _("Choose an answer. “Not sure yet” is one.")},
            )

    def decisions(self) -> dict[UUID, MatchDecision]:
        return {
            UUID(name.removeprefix("pair_")): MatchDecision(value)
            for name, value in self.cleaned_data.items()
            if name.startswith("pair_")
        }


class UndoForm(ActForm):
    reason = forms.ChoiceField(
        label=_("Why is the link undone?"),
        widget=forms.RadioSelect,
        choices=UndoReason,
        error_messages={"required": _("Say why.")},
    )
