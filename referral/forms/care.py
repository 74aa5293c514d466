"""From the arrival to the outcome."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.enums import CodeList
from partners.forms.overflow import AboveForm
from partners.models import Organisation, Places
from partners.queries import code_choices
from referral.enums import Urgency
from referral.forms.acts import LINE, TEXT, ActForm, Text
from referral.forms.already_here import HereForm
from referral.forms.receiving import ReasonForm, offer_places
from referral.forms.when import Moment, shown, yes_no
from referral.models import WalkIn


class DatedForm(ActForm):
    """An act with the time at which it happened; it may be written down later."""

    occurred_at = Moment(label=_("When?"))

    def __init__(self, *args: Any, at: datetime, earliest: datetime | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["occurred_at"].initial = shown(at)
        self.fields["occurred_at"].between(earliest, at)


class StartForm(HereForm, AboveForm, DatedForm):
    code = forms.CharField(
        label=_("Arrival code"), max_length=16, required=False,
        help_text=_("Six signs, on the slip that the person or the escort brings."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip
    identified_otherwise = forms.CharField(
        label=_("No code? Say how the person was identified otherwise"), max_length=LINE, required=False,
        help_text=_("For example: the escort is known to us, or the sender confirmed by telephone. No name."),
    )  # fmt: skip
    tell_back = yes_no(
        label=_(
            "Does the person agree that the organisation that referred her or him hears, in one coded sentence, "
            "that she or he has arrived well and that the care goes on?"
        ),
        help_text=_("Ask the person. Without an answer nothing is told."),
        required=False,
        empty_value=None,
    )
    #: Where none is held any more.
    place = forms.ChoiceField(label=_("Which place?"), widget=forms.RadioSelect, required=False)
    field_order = [
        "key", "version", "code", "identified_otherwise", "occurred_at", "tell_back", "walk_in", "place", "overflow",
        "overflow_words",
    ]  # fmt: skip

    def __init__(
        self,
        *args: Any,
        counted: Sequence[Places] = (),
        needs_place: bool = False,
        walk_ins: Sequence[WalkIn] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["occurred_at"].label = _("When did the person arrive?")
        offer_places(self, counted, needs_place=needs_place)
        self.offer_walk_ins(walk_ins)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("place"):
            cleaned["place"] = UUID(cleaned["place"])
        if not self.errors and not cleaned.get("code") and not cleaned.get("identified_otherwise"):
            self.add_error(
                "code", _("Type the arrival code, or say how the person was identified otherwise.")
            )
        return cleaned


class NoShowForm(DatedForm):
    reason_code = forms.ChoiceField(
        label=_("What is known?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
    )
    called = yes_no(
        label=_("Did you telephone the sender?"),
        error_messages={"required": _("Say whether you telephoned the sender.")},
    )
    field_order = ["key", "version", "reason_code", "called", "occurred_at"]

    def __init__(self, *args: Any, is_child: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason_code"].choices = code_choices(CodeList.NON_ARRIVAL)
        self.fields["occurred_at"].label = _("Since when is the person missing?")
        if is_child:
            self.fields["called"].help_text = _(
                "This is a child: call before you record. Without a recorded call no alert can be given."
            )


class ReviewForm(ActForm):
    """Nothing to say: the stay goes on."""


class CompleteForm(DatedForm, ReasonForm):
    code_list = CodeList.OUTCOME
    words_with_any = True
    left = yes_no(label=_("Has the person left your place?"), required=False)
    field_order = ["key", "version", "reason_code", "reason", "occurred_at", "left"]

    def __init__(self, *args: Any, lodged: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason_code"].label = _("How did it end?")
        self.fields["reason_code"].error_messages["required"] = _("Choose an outcome.")
        self.fields["reason"].label = _("A word to the sender (optional)")
        self.fields["reason"].help_text = _("The sender reads this. No name.")
        self.fields["occurred_at"].label = _("When did the service end?")
        if lodged:
            self.fields["left"].required = True
            self.fields["left"].error_messages["required"] = _(
                "Say whether the person has left: the place depends on it."
            )
            self.fields["left"].help_text = _("The place stays taken until the departure is recorded.")
        else:
            del self.fields["left"]


class DepartureForm(DatedForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["occurred_at"].label = _("When did the person leave?")


class OnwardForm(ActForm):
    service = forms.ChoiceField(label=_("Which further service does the person need?"))
    urgency = forms.ChoiceField(
        label=_("How urgent is it?"),
        choices=Urgency.choices,
        widget=forms.RadioSelect,
        initial=Urgency.STANDARD,
    )
    organisation = forms.ChoiceField(label=_("Which organisation do you propose? (optional)"), required=False)

    def __init__(self, *args: Any, organisations: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [("", _("Choose a service")), *code_choices(CodeList.SERVICE)]
        self.fields["organisation"].choices = [
            ("", _("The sender chooses")), *((str(each.pk), each.name) for each in organisations)
        ]  # fmt: skip

    def clean_organisation(self) -> UUID | None:
        chosen = self.cleaned_data["organisation"]
        return UUID(chosen) if chosen else None


class WithdrawForm(ReasonForm):
    code_list = CodeList.WITHDRAW_REASON
    hand_over = Text(label=_("Who takes the person in charge now?"), max_length=TEXT, required=False)
    safe = yes_no(label=_("Is the person safe if the centre hears of it now?"), required=False)
    field_order = ["key", "reason_code", "reason", "hand_over", "safe"]

    def __init__(self, *args: Any, in_service: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason_code"].label = _("Why do you withdraw this referral?")
        self.fields["reason_code"].choices = [
            choice for choice in code_choices(CodeList.WITHDRAW_REASON) if choice[0] not in _SYSTEM_REASONS
        ]
        self.fields["reason"].help_text = _(
            "Stays on your side: the centre sees only that the sender withdrew."
        )
        if in_service:
            self.fields["hand_over"].required = self.fields["safe"].required = True
            self.fields["hand_over"].error_messages["required"] = _("Say who takes the person in charge now.")
            self.fields["safe"].error_messages["required"] = _("Say whether the person is safe.")
            self.fields["hand_over"].help_text = _(
                "Kept with your hand-over task; the centre does not read it."
            )
            self.fields["safe"].help_text = _(
                "If not, the centre is told only when you say that she or he is safe."
            )
        else:
            del self.fields["hand_over"], self.fields["safe"]


#: Reasons that only the system gives.
_SYSTEM_REASONS = frozenset({"DRAFT_EXPIRED", "ORGANISATION_SUSPENDED", "DESK_EMPTY", "CONSENT_WITHDRAWN"})
