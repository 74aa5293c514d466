"""Requests of a person about her or his data, legal holds, erasure, and how long files are kept."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from referral.enums import RevealReason
from referral.forms.acts import LINE, ActForm, Text
from referral.forms.when import Moment, shown, yes_no
from referral.models import RetentionTerm
from referral.retention import MOST_YEARS
from referral.rights import ErasureReason, Identified, RequestKind, RequestResult, results_of


class RequestForm(ActForm):
    kind = forms.ChoiceField(
        label=_("What does the person ask for?"),
        widget=forms.RadioSelect,
        choices=RequestKind.choices,
        error_messages={"required": _("Choose what is asked for.")},
    )
    identified = forms.ChoiceField(
        label=_("How do you know that it is the person who asks?"),
        widget=forms.RadioSelect,
        choices=Identified.choices,
        help_text=_("Nobody is told anything by telephone before being called back by the safe contact."),
        error_messages={"required": _("Say how the person was identified.")},
    )
    received_at = Moment(label=_("When did the request arrive?"))
    note = Text(
        label=_("What was said? (optional)"),
        required=False,
        max_length=5 * LINE,
        help_text=_("Kept locked in this file."),
    )

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["received_at"].initial = shown(at)
        self.fields["received_at"].between(None, at)


class AnswerRequestForm(ActForm):
    result = forms.ChoiceField(
        label=_("What was answered?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what was answered.")},
    )
    answer = Text(
        label=_("In which words, and by which way?"),
        required=False,
        max_length=5 * LINE,
        help_text=_("Kept locked in this file. A refusal needs its reason."),
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["result"].choices = [(result.value, result.label) for result in results_of(kind)]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        told = {RequestResult.REFUSED, RequestResult.PARTLY}
        if cleaned.get("result") in told and not cleaned.get("answer") and "answer" not in self.errors:
            self.add_error("answer", _("Write the reason that the person was told."))
        return cleaned


class HoldForm(ActForm):
    reason = Text(
        label=_("Which proceedings need this file?"),
        max_length=5 * LINE,
        help_text=_("Kept locked in this file."),
        error_messages={"required": _("Say which proceedings need it.")},
    )


class AskErasureForm(ActForm):
    reason = forms.ChoiceField(
        label=_("Why is the file erased?"),
        widget=forms.RadioSelect,
        choices=ErasureReason.choices,
        error_messages={"required": _("Choose the reason.")},
    )
    understood = forms.BooleanField(
        label=_("I have read what is destroyed, and that nobody can bring it back"),
        error_messages={"required": _("Read what is destroyed, then tick the box.")},
    )

    def __init__(self, *args: Any, kept: str = "", **kwargs: Any) -> None:
        """Args: kept: the day until which the file is kept, where that is still to come."""
        super().__init__(*args, **kwargs)
        if kept:
            reason = self.fields["reason"]
            reason.choices = [each for each in ErasureReason.choices if each[0] != ErasureReason.RETENTION]
            reason.help_text = _("This file is kept until %(day)s.") % {"day": kept}


class DecideErasureForm(ActForm):
    approve = yes_no(
        label=_("Shall the file be erased?"), error_messages={"required": _("Answer yes or no.")}
    )


class ChangesForm(forms.Form):
    """Why somebody opens what stood there before."""

    reason = forms.ChoiceField(
        label=_("Why do you need to see it?"),
        widget=forms.RadioSelect,
        choices=RevealReason,
        help_text=_("The supervisor sees who looked, when and why."),
        error_messages={"required": _("Say why you need to see it.")},
    )


class RetentionForm(ActForm):
    years = forms.IntegerField(
        label=_("How many years?"),
        min_value=1,
        max_value=MOST_YEARS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, term: RetentionTerm | None, years: int, **kwargs: Any) -> None:
        super().__init__(*args, version=term.version if term else 0, **kwargs)
        self.fields["years"].initial = years
