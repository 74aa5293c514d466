"""What is asked about a person: nothing twice, nothing that is not needed, and little of it compulsory."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.alphabet import Alphabetical, alphabetical
from partners.enums import CodeList, Sex
from partners.models import Region
from partners.queries import code_choices, code_labels
from referral.disclosure import band_fits, band_of
from referral.enums import CHILD_BANDS, AgeBand, AgeStatus, PlaceFlag, RiskLevel, SafeChannel, Urgency
from referral.forms.acts import LINE, NAME, TEXT, QuestionForm, Text
from referral.topics import DECLINABLE

#: Bands of children who are with the person: of known age, under 18.
WITH_PERSON = (AgeBand.B0_5, AgeBand.B6_8, AgeBand.B9_13, AgeBand.B14_17)
MOST_CHILDREN = 9
OLDEST = 110

SITUATION = ("urgency", "risk")
PERSON = ("age_status", "age_band", "sex")
TALKING = ("languages", "interpreter_needed")
PLACE = ("region",)
NAMES = ("alias", "family_name", "given_names", "birth_date", "nationality")
CONTACT = ("phone", "channels", "message_safe", "hours", "words", "who")
NEEDS = ("flags", "first_needs", "needs")
CHILDREN = tuple(f"children_{band.value.replace('-', '_')}" for band in WITH_PERSON)
#: Fields of the form by the part of the file that one corrects at a time.
PARTS: dict[str, tuple[str, ...]] = {
    "situation": SITUATION,
    "person": ("age_band", "sex", *TALKING),
    "identity": NAMES,
    "contact": CONTACT,
    "needs": NEEDS,
    "children": CHILDREN,
    "health": ("health",),
    "legal": ("legal_situation",),
    "narrative": ("narrative",),
    "documents": ("document_number", "documents"),
    "declined": ("declined",),
}
#: A reporter's report: what is needed to come at once, and how to reach the person without harm.
REPORT = (*SITUATION[:1], *PERSON, *PLACE, *TALKING, "alias", *CONTACT, "flags", "needs")
#: The columns of `Person` that a field of the form fills, where they are not of the same name.
_COLUMNS = dict.fromkeys(CONTACT[1:], "safe_contact") | dict.fromkeys(CHILDREN, "children")

_CODES = {
    "languages": CodeList.LANGUAGE,
    "nationality": CodeList.COUNTRY,
    "first_needs": CodeList.SERVICE,
}


def columns_of(names: Iterable[str]) -> list[str]:
    """The columns of `Person` behind fields of the form."""
    of_case = {*SITUATION, *PLACE}
    return list(dict.fromkeys(_COLUMNS.get(name, name) for name in names if name not in of_case))


def _count(band: AgeBand) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=band.label,
        coerce=int,
        required=False,
        empty_value=None,
        choices=[("", _("Not asked")), *((n, str(n)) for n in range(MOST_CHILDREN + 1))],
    )


class PersonForm(QuestionForm):
    """Every question about the person; a page shows some of them. Compulsory: danger, age, sex, region."""

    urgency = forms.ChoiceField(
        label=_("Is the person in danger now?"),
        widget=forms.RadioSelect,
        choices=[
            (Urgency.EMERGENCY, _("Yes, it is a matter of life and death")),
            (Urgency.URGENT, _("Yes, or something must be done today")),
            (Urgency.STANDARD, _("No, the person is safe for the coming days")),
        ],
    )
    risk = forms.ChoiceField(
        label=_("Risk, as you see it today"),
        widget=forms.RadioSelect,
        choices=RiskLevel,
        required=False,
        initial=RiskLevel.UNKNOWN,
    )
    age_status = forms.ChoiceField(
        label=_("Is the person a child?"),
        widget=forms.RadioSelect,
        choices=[
            (AgeStatus.CHILD, _("Yes, under 18")),
            (AgeStatus.ADULT, _("No, adult")),
            (AgeStatus.UNKNOWN, _("Not known: treated as a child")),
        ],
    )
    age_band = forms.ChoiceField(
        label=_("Age band"),
        required=False,
        choices=[("", _("Choose")), *AgeBand.choices],
        help_text=_("An estimate is enough. For an adult it is compulsory, because places depend on it."),
    )
    sex = forms.ChoiceField(label=_("Sex"), widget=forms.RadioSelect, choices=Sex)
    languages = forms.MultipleChoiceField(
        label=_("Languages the person speaks well"), widget=forms.CheckboxSelectMultiple, required=False
    )
    interpreter_needed = forms.TypedChoiceField(
        label=_("Is an interpreter needed?"),
        widget=forms.RadioSelect,
        required=False,
        empty_value=None,
        coerce={"yes": True, "no": False}.get,
        choices=[("yes", _("Yes")), ("no", _("No")), ("declined", _("Does not wish to answer"))],
    )
    region = forms.ModelChoiceField(
        label=_("Region where the person is now"),
        queryset=Region.objects.order_by(Alphabetical("name")),
        to_field_name="code",  # fourteen keys weigh as much as a section of the page
        empty_label=_("Choose a region"),
    )
    alias = forms.CharField(
        label=_("How does the person wish to be called?"),
        max_length=NAME,
        required=False,
        help_text=_("A first name or any other word. It can stand instead of a name."),
    )
    family_name = forms.CharField(label=_("Family name"), max_length=NAME, required=False)
    given_names = forms.CharField(label=_("Given names"), max_length=NAME, required=False)
    birth_date = forms.DateField(
        label=_("Date of birth"),
        required=False,
        widget=forms.SelectDateWidget(years=range(1900, 2101)),
        help_text=_("For example 31 12 2012. Only when it is known."),
    )
    nationality = forms.ChoiceField(label=_("Nationality"), required=False)
    phone = forms.CharField(
        label=_("Telephone of the person"),
        max_length=30,
        required=False,
        help_text=_("For example +221 77 123 45 67."),
    )
    channels = forms.MultipleChoiceField(
        label=_("By which means may the person be reached without danger?"),
        widget=forms.CheckboxSelectMultiple,
        choices=SafeChannel,
        required=False,
        help_text=_("Whatever is not ticked means: do not contact."),
    )
    message_safe = forms.BooleanField(label=_("A message may be left"), required=False)
    hours = forms.CharField(label=_("Safe hours"), max_length=NAME, required=False)
    words = forms.CharField(
        label=_("What to say if somebody else answers"),
        max_length=LINE,
        required=False,
        help_text=_("Words agreed with the person, that give nothing away."),
    )
    who = forms.CharField(label=_("Who else may answer"), max_length=LINE, required=False)
    flags = forms.MultipleChoiceField(
        label=_("What a place depends on"),
        widget=forms.CheckboxSelectMultiple,
        choices=PlaceFlag,
        required=False,
        help_text=_("The centre sees these before it answers, without knowing who it is about."),
    )
    first_needs = forms.MultipleChoiceField(
        label=_("What does the person need first?"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Tick what cannot wait. It is proposed first when you refer the person."),
    )
    needs = Text(
        label=_("Needs"), required=False, help_text=_("What the person asks for, in the person’s own words.")
    )
    health = Text(
        label=_("Health"),
        required=False,
        help_text=_("Only what carers must know: treatment, allergy, pregnancy, injury."),
    )
    legal_situation = Text(label=_("Legal situation"), required=False)
    narrative = Text(
        label=_("What happened"),
        required=False,
        help_text=_("Write what the person chose to tell. Nobody should have to tell it twice."),
        max_length=4 * TEXT,
    )
    documents = Text(
        label=_("Documents"), required=False, help_text=_("Which papers there are, and who keeps them.")
    )
    declined = forms.MultipleChoiceField(
        label=_("What the person does not wish to speak about"),
        widget=forms.CheckboxSelectMultiple,
        choices=[(topic.value, topic.label) for topic in DECLINABLE],
        required=False,
        help_text=_("Nobody asks about it again, unless the person begins."),
    )
    document_number = forms.CharField(
        label=_("Number of an identity paper"),
        max_length=40,
        required=False,
        help_text=_("Of a card, a passport or a birth certificate. It is never shared."),
    )
    children_0_5, children_6_8, children_9_13, children_14_17 = (_count(band) for band in WITH_PERSON)

    def __init__(self, *args: Any, age_status: str | None = None, **kwargs: Any) -> None:
        """
        Args:
            age_status: what is already decided, where the page does not ask it.
        """
        super().__init__(*args, **kwargs)
        self.decided_status = age_status
        for name, codes in _CODES.items():
            if name in self.fields:
                blank = [("", _("Not known, or does not wish to answer"))] if name == "nationality" else []
                self.fields[name].choices = [*blank, *code_choices(codes)]
        if age_status is not None and "nationality" in self.fields:
            # A file that came with a register may name a country that is not offered: correcting must not drop it.
            others = code_labels(CodeList.COUNTRY).items() - self.fields["nationality"].choices
            self.fields["nationality"].choices += sorted(others, key=lambda country: alphabetical(country[1]))
        if age_status is not None and "age_band" in self.fields:
            bands = [(band.value, band.label) for band in AgeBand if band_fits(age_status, band)]
            self.fields["age_band"] = forms.ChoiceField(
                label=_("Age band"), choices=bands, help_text=_("An estimate is enough.")
            )

    def clean_birth_date(self) -> date | None:
        born: date | None = self.cleaned_data["birth_date"]
        today = timezone.localdate()
        if born is not None and not today.replace(year=today.year - OLDEST, day=1) <= born <= today:
            raise forms.ValidationError(_("This date of birth is not possible."))
        return born

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "age_status" in self.fields:
            if "age_status" in cleaned and "age_band" in cleaned:
                self._clean_age(cleaned)
        elif cleaned.get("birth_date") and self.decided_status in (AgeStatus.CHILD, AgeStatus.ADULT):
            cleaned["age_band"] = self._band_of_birth(cleaned["birth_date"], self.decided_status)
        return cleaned

    def _band_of_birth(self, born: date, status: str) -> AgeBand:
        known = band_of(born, timezone.localdate())
        if (known in CHILD_BANDS) != (status == AgeStatus.CHILD):
            self.add_error(
                "birth_date", _("The date of birth and the answer about being a child contradict each other.")
            )
        return known

    def _clean_age(self, cleaned: dict[str, Any]) -> None:
        """Status, band and date of birth say one thing; a missing band follows from the other two where it can."""
        status, band, born = cleaned["age_status"], cleaned["age_band"], cleaned.get("birth_date")
        if born is not None and status != AgeStatus.UNKNOWN:
            band = self._band_of_birth(born, status)
            if "birth_date" in self.errors:
                return
        if not band:
            if status == AgeStatus.ADULT:
                self.add_error("age_band", _("Choose the age band of the adult; an estimate is enough."))
                return
            band = AgeBand.UNKNOWN
        if not band_fits(status, band):
            self.add_error(
                "age_band", _("The age band and the answer about being a child contradict each other.")
            )
            return
        cleaned["age_band"] = band

    def person_values(self) -> dict[str, Any]:
        """Values for the columns of `Person` that this page asked about."""
        asked = self.cleaned_data.keys()
        values: dict[str, Any] = {
            name: self.cleaned_data[name] or None
            for name in (
                "alias",
                "family_name",
                "given_names",
                "nationality",
                "phone",
                "birth_date",
                "needs",
                "health",
                "legal_situation",
                "narrative",
                "documents",
                "document_number",
            )
            if name in asked
        }
        values |= {
            name: self.cleaned_data[name]
            for name in (
                "age_status",
                "age_band",
                "sex",
                "languages",
                "interpreter_needed",
                "flags",
                "first_needs",
                "declined",
            )
            if name in asked
        }
        if "channels" in asked:
            values["safe_contact"] = self._safe_contact()
        if CHILDREN[0] in asked:
            values["children"] = self._children()
        return values

    def _children(self) -> list[str] | None:
        """None where no number was given at all: a place depends on it, and nobody has said that there are none."""
        counts = [self.cleaned_data[name] for name in CHILDREN]
        if all(count is None for count in counts):
            return None
        return [
            band.value for band, count in zip(WITH_PERSON, counts, strict=True) for _n in range(count or 0)
        ]

    def _safe_contact(self) -> dict[str, Any]:
        """Every channel is written down, so that "not ticked" can be read as "do not contact" (domain §7.3)."""
        safe = self.cleaned_data["channels"]
        return {
            "channels": {channel.value: channel.value in safe for channel in SafeChannel},
            "message": self.cleaned_data["message_safe"],
            **{name: self.cleaned_data[name] for name in ("hours", "words", "who")},
        }

    def case_values(self) -> dict[str, Any]:
        """`risk` and `urgency`, where this page asked."""
        values = {name: self.cleaned_data[name] for name in SITUATION if name in self.cleaned_data}
        return values | {"risk": values["risk"] or RiskLevel.UNKNOWN} if "risk" in values else values


def initial_from(person: dict[str, Any]) -> dict[str, Any]:
    """What a form shows at first: columns of `Person`, opened, as fields of the form."""
    initial = dict(person)
    if "interpreter_needed" in initial:
        initial["interpreter_needed"] = {True: "yes", False: "no"}.get(initial["interpreter_needed"], "")
    if "safe_contact" in initial:
        contact = initial.pop("safe_contact") or {}
        initial["channels"] = [channel for channel, safe in contact.get("channels", {}).items() if safe]
        initial["message_safe"] = contact.get("message", False)
        initial |= {name: contact.get(name, "") for name in ("hours", "words", "who")}
    if "children" in initial:
        there = initial.pop("children")
        initial |= {
            name: "" if there is None else there.count(band.value)
            for band, name in zip(WITH_PERSON, CHILDREN, strict=True)
        }
    return initial
