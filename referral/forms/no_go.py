"""From where is the person kept away, and why?"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from referral.avoiding import Avoided, What, Why
from referral.forms.acts import ActForm

#: Value and words; of departments, under the name of their region.
Choices = Sequence[tuple[str, Any]]


class KeepAwayForm(ActForm):
    """What stands on the list and stays, and what is added to it."""

    kept = forms.MultipleChoiceField(
        label=_("On the list now"),
        help_text=_("Take the tick away from what is no longer so."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    organisation = forms.ChoiceField(label=_("An organisation to keep away from"), required=False)
    region = forms.ChoiceField(label=_("A region where the person must not be"), required=False)
    department = forms.ChoiceField(label=_("Or only a department"), required=False)
    why = forms.ChoiceField(
        label=_("Why?"),
        help_text=_("For what you add now. Only the people of this file read it."),
        choices=Why.choices,
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        known: Sequence[tuple[Avoided, str]],
        organisations: Choices,
        regions: Choices,
        departments: Choices,
        **kwargs: Any,
    ) -> None:
        """
        Args:
            known: entries of the list with their words.
        """
        super().__init__(*args, **kwargs)
        self.known = [entry for entry, _words in known]
        kept = self.fields["kept"]
        kept.choices = [(str(number), words) for number, (_entry, words) in enumerate(known)]
        kept.initial = [value for value, _words in kept.choices]
        if not known:
            del self.fields["kept"]
        nothing = [("", _("None to add"))]
        for name, choices in (
            ("organisation", organisations),
            ("region", regions),
            ("department", departments),
        ):
            self.fields[name].choices = [*nothing, *choices]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        adds = any(cleaned.get(what) for what in What)
        if adds and not cleaned.get("why") and "why" not in self.errors:
            self.add_error("why", _("Say why: a link with an offender, or the wish of the person."))
        return cleaned

    def entries(self) -> list[Avoided]:
        """All that is to stand on the list."""
        cleaned = self.cleaned_data
        kept = [self.known[int(number)] for number in cleaned.get("kept", [])]
        added = [self._added(what, cleaned[what]) for what in What if cleaned[what]]
        # Said once more, an entry has the reason that was given last.
        said = {(each.what, each.key) for each in added}
        return [*(each for each in kept if (each.what, each.key) not in said), *added]

    def _added(self, what: str, value: str) -> Avoided:
        region, _colon, key = value.rpartition(":")
        return Avoided(what, key, self.cleaned_data["why"], region)
