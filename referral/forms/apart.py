"""Two persons who were said to be one."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.forms.overflow import AboveForm
from partners.models import Places
from referral.enums import ApartReason
from referral.forms.acts import ActForm
from referral.forms.receiving import offer_places


class ApartForm(AboveForm, ActForm):
    """They are not one person: why, and where a place is held for the one who is still expected."""

    why = forms.ChoiceField(
        label=_("Why are they not one person?"),
        choices=ApartReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
    )
    place = forms.ChoiceField(
        label=_("Which place is held for the person who is expected?"),
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(self, *args: Any, counted: Sequence[Places], full: bool, **kwargs: Any) -> None:
        """
        Args:
            counted: the places for the person who was referred; none where she or he has one.
            full: the walk-in takes a place again where none is free.
        """
        super().__init__(*args, **kwargs)
        if counted:
            offer_places(self, counted, needs_place=True)
        else:
            del self.fields["place"]
            self.ask_above(full)
        if "overflow" in self.fields:
            self.fields["overflow"].label = _("More persons than places: why?")
        self.order_fields(["key", "version", "why", "place", "overflow", "overflow_words"])
