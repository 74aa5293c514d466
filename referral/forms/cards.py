"""The neutral card: whether it was offered, and how somebody who shows one is found again."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from referral.forms.acts import NAME, ActForm, QuestionForm
from referral.topics import CardOutcome

CARD = ("card", "card_answer")


class CardForm(QuestionForm):
    card = forms.ChoiceField(
        label=_("Was a neutral card offered?"),
        widget=forms.RadioSelect,
        required=False,
        choices=[*CardOutcome.choices, ("", _("Not offered"))],
        help_text=_(
            "It looks like the card of a shop: a telephone number and a short code. Never press for it."
        ),
    )
    card_answer = forms.CharField(
        label=_("The word that the person will say on the telephone"),
        max_length=NAME,
        required=False,
        help_text=_(
            "Chosen by the person: a dish, a colour, a place. Not a name, and it is not on the card."
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("card") == CardOutcome.ACCEPTED and not cleaned.get("card_answer"):
            self.add_error("card_answer", _("Agree with the person on a word to say."))
        return cleaned

    def card_values(self) -> dict[str, str]:
        """Arguments of `services.cards.offer_card`; empty when no card was offered."""
        asked = self.cleaned_data
        if not asked.get("card"):
            return {}
        return {"outcome": asked["card"], "answer": asked.get("card_answer", "")}


class OfferForm(CardForm):
    """On the page of a file one says what became of the offer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["card"].required = True
        self.fields["card"].choices = CardOutcome.choices


class FindForm(ActForm):
    code = forms.RegexField(
        r"^\s*\d{3}\s?\d{3}\s*$",
        label=_("Code on the card"),
        error_messages={"invalid": _("A code has six digits.")},
    )
    answer = forms.CharField(label=_("The word that the person says"), max_length=NAME)

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].split())
