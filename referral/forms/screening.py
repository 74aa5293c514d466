"""What is asked about how it happened: codes of HTCDS 2.0 and of the law, none of them compulsory."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.queries import code_choices
from referral.forms.acts import QuestionForm
from referral.htcds.mapping import ELEMENTS
from referral.htcds.standard import FIELDS, codes_of
from referral.screening import FOUND_OUT, LISTS, Aggravation, Means, PlaceType, TraffickingAct

#: Lists of codes, as `Screening.answers` keeps them, by the page on which they are asked.
JOURNEY = ("acts", "recruitment")
CONTROL = ("control", "means")
EXPLOITATION = ("exploitation", "places")
CIRCUMSTANCES = ("aggravations", "non_punishment")
ANSWERS = (*JOURNEY, *CONTROL, *EXPLOITATION, "aggravations")


def _several(label: Any, choices: Any = (), hint: Any = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, help_text=hint, widget=forms.CheckboxSelectMultiple, required=False
    )


class ScreeningForm(QuestionForm):
    acts = _several(_("What was done with the person?"), TraffickingAct.choices)
    recruitment = _several(_("Where or through whom was the person found?"))
    control = _several(_("How is or was the person held?"))
    means = _several(
        _("And by which means was the person brought to it?"),
        Means.choices,
        _("Of a child, or where the age is not known, the law asks for none."),
    )
    exploitation = _several(
        _("What was the person made to do, or meant to do?"),
        hint=_("What happened, wherever it happened: the place is asked apart."),
    )
    places = _several(_("Where did it happen?"), PlaceType.choices)
    aggravations = _several(
        _("Which of these circumstances are there?"),
        [(each.value, each.label) for each in Aggravation if each not in FOUND_OUT],
    )
    non_punishment = forms.TypedChoiceField(
        label=_("Is the person accused of something that she or he was made to do?"),
        widget=forms.RadioSelect,
        required=False,
        empty_value=None,
        coerce={"yes": True, "no": False}.get,
        choices=[("yes", _("Yes: a lawyer must know")), ("no", _("No"))],
        help_text=_("Write down nowhere what it was: only the lawyer needs to know."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, codes in LISTS.items():
            if name in self.fields:
                self.fields[name].choices = code_choices(codes)

    def offer_held(self, answers: Mapping[str, Iterable[str]]) -> None:
        """A word of the standard that a register brought and the ministry has none for stays through a correction."""
        for name in LISTS:
            offered = {value for value, _label in self.fields[name].choices}
            held = set(answers.get(name, ())) - offered
            standard = codes_of(FIELDS[ELEMENTS[name]].list)
            self.fields[name].choices += [(code, code) for code in standard if code in held]

    def screening_values(self) -> dict[str, Any]:
        """`answers` and `non_punishment` of `Screening`; empty when this page asked none of it, or nothing was said."""
        asked = self.cleaned_data
        values = {
            "answers": {name: asked[name] for name in ANSWERS if asked.get(name)},
            "non_punishment": asked.get("non_punishment"),
        }
        return values if values["answers"] or values["non_punishment"] is not None else {}


def initial_from(answers: dict[str, Any], non_punishment: bool | None) -> dict[str, Any]:
    """What the form shows at first of what was recorded."""
    said = "" if non_punishment is None else "yes" if non_punishment else "no"
    return answers | {"non_punishment": said}
