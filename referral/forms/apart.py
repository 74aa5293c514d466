"""Two persons who were said to be one."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.forms.overflow import AboveForm
from partners.models import Places
from referral.enums import ApartReason
from referral.forms.acts import ActForm
from referral.forms.receiving import offer_places, place_choices


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

    def __init__(
        self,
        *args: Any,
        counted: Sequence[Places],
        full: bool,
        arrived: bool = False,
        there: bool = False,
        **kwargs: Any,
    ) -> None:
        """
        Args:
            counted: the places for the person who was referred; none where she or he has one.
            full: the walk-in takes a place again where none is free.
            arrived: the person who was referred is in the house too.
            there: a count of heads since holds both already: then a full place is one of those to choose from.
        """
        super().__init__(*args, **kwargs)
        if counted:
            offer_places(self, counted, needs_place=True)
            if arrived:
                self.fields["place"].label = _("Which place has the person who was referred?")
                self.fields["place"].help_text = _(
                    "The arrival stays recorded. If she or he has not come after all, end the service next."
                )
            if there:
                self.fields["place"].choices = place_choices(counted, None, full=True)
                self.ask_above(False)
        else:
            del self.fields["place"]
            self.ask_above(full)
        if "overflow" in self.fields:
            self.fields["overflow"].label = _("More persons than places: why?")
        self.order_fields(["key", "version", "why", "place", "overflow", "overflow_words"])
