"""Legal grounds, custody titles: what the law says instead of the person."""

from collections.abc import Container
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.alphabet import Alphabetical
from partners.enums import CHILD_PROTECTION_KINDS, SEATS, OrganisationStatus, Role
from partners.models import Organisation
from referral.disclosure import GROUND_GROUPS, SAFETY_GROUPS
from referral.enums import GroundCode, Group, TitleAction
from referral.forms.acts import NAME, ActForm, Text
from referral.forms.when import Moment, yes_no
from referral.queries.recipients import Recipient

#: The three best-interest questions, by their key on the row.
BEST_INTEREST = ("safety", "view", "guardian")
WORDS = 1000


class GroundForm(ActForm):
    """Why the law lets this be shared without consent, and how much of it."""

    code = forms.ChoiceField(label=_("On which ground?"), widget=forms.RadioSelect)
    safety = Text(
        label=_("Why is this the safest solution for the child today?"),
        required=False,
        max_length=WORDS,
        help_text=_("Who looks after the child there, and what would happen without it."),
    )
    view = Text(
        label=_("What does the child say about it?"),
        required=False,
        max_length=WORDS,
        help_text=_("In the child’s own words. If the child could not be asked, say why."),
    )
    guardian = Text(
        label=_("Who decides for the child, and are they suspected?"),
        required=False,
        max_length=WORDS,
        help_text=_(
            "A parent, a de facto guardian or a Koranic master who is suspected, or not yet assessed, "
            "decides nothing: then it is the judge, the prosecutor or AEMO."
        ),
    )
    reason = Text(
        label=_("What makes it necessary?"),
        required=False,
        max_length=WORDS,
        help_text=_("For a legal obligation or vital danger."),
    )
    groups = forms.MultipleChoiceField(
        label=_("What will be shared?"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Untick what is not needed. The story, the legal situation and papers never leave on a legal ground."
        ),
        error_messages={"required": _("Tick at least one part.")},
    )

    def __init__(
        self,
        *args: Any,
        recipient: Recipient,
        child: bool,
        refused: Container[str] = (),
        alone: bool = False,
        **kwargs: Any,
    ) -> None:
        """
        Args:
            refused: groups to which the person has said no: ticked by whoever overrides it, not by the page.
            alone: vital danger and nobody has answered; what keeps the person alive, nothing else.
        """
        super().__init__(*args, **kwargs)
        self.alone = alone
        codes = [GroundCode.LEGAL_OBLIGATION, GroundCode.VITAL_DANGER]
        if child and recipient.organisation.kind in CHILD_PROTECTION_KINDS:
            codes = [GroundCode.CHILD_PROTECTION, *codes]
        if alone:
            codes = [GroundCode.VITAL_DANGER]
        self.fields["code"].choices = [(code.value, code.label) for code in codes]
        self.fields["code"].initial = (
            codes[0] if len(codes) == 1 or codes[0] == GroundCode.CHILD_PROTECTION else None
        )
        if GroundCode.CHILD_PROTECTION not in codes:
            for name in BEST_INTEREST:
                del self.fields[name]
        allowed = SAFETY_GROUPS if alone else GROUND_GROUPS
        groups = [
            (group.value, group.label) for group in Group if group in allowed and group in recipient.groups
        ]
        self.fields["groups"].choices = groups
        self.fields["groups"].initial = [value for value, _label in groups if value not in refused]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("code") == GroundCode.CHILD_PROTECTION:
            for name in BEST_INTEREST:
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(
                        name,
                        _("Answer “%(question)s”: the best interests of the child rest on it.")
                        % {"question": self.fields[name].label},
                    )
        elif cleaned.get("code") and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Write what makes it necessary."))
        return cleaned

    def best_interest(self) -> dict[str, str] | None:
        if self.cleaned_data["code"] != GroundCode.CHILD_PROTECTION:
            return None
        return {name: self.cleaned_data[name] for name in BEST_INTEREST}

    def why(self) -> str:
        """The reason on the row; the first of the three answers is that of a child's protection."""
        answers = self.best_interest()
        reason: str = answers["safety"] if answers else self.cleaned_data["reason"]
        return reason


class DecideGroundForm(ActForm):
    approve = yes_no(
        label=_("Do you countersign it?"),
        help_text=_("If not, what rests on this ground alone ends at once."),
        error_messages={"required": _("Answer yes or no.")},
    )


def courts() -> QuerySet[Organisation]:
    """Whose registry confirms a title or a step: courts, prosecution offices, AEMO; the police keep none."""
    return Organisation.objects.filter(
        kind__in=SEATS[Role.JUSTICE], status=OrganisationStatus.ACTIVE
    ).order_by(Alphabetical("name"))


class TitleForm(ActForm):
    """A title of a child, as it stands on the paper."""

    action = forms.ChoiceField(label=_("What do you enter?"), widget=forms.RadioSelect)
    court = forms.ModelChoiceField(
        label=_("Court, prosecution office or AEMO"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("Choose"),
        help_text=_(
            "Its registry is asked to confirm the title. Of a requisition by the police: "
            "the prosecution office to which they report."
        ),
    )
    number = forms.CharField(label=_("Number on the paper"), max_length=NAME, required=False)
    name_on_order = forms.CharField(
        label=_("Name of the child, as on the paper"),
        max_length=NAME,
        required=False,
        help_text=_("The registry alone sees it, to find the order."),
    )
    issued_on = forms.DateField(
        label=_("Date of the title"),
        required=False,
        widget=forms.SelectDateWidget(years=range(1900, 2101)),
        help_text=_("For example 21 11 2026."),
    )
    ends_at = Moment(
        label=_("Ends on"),
        required=False,
        help_text=_("A requisition without a date here ends at its legal limit."),
    )

    #: What must stand on the paper for it to be a title at all.
    ON_PAPER = ("court", "number", "issued_on")

    def __init__(self, *args: Any, actions: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [(action, TitleAction(action).label) for action in actions]
        self.fields["court"].queryset = courts()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("action") in (TitleAction.REQUISITION, TitleAction.ORDER):
            for name in self.ON_PAPER:
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("Write it as it stands on the paper."))
        issued, ends = cleaned.get("issued_on"), cleaned.get("ends_at")
        if issued and issued > timezone.localdate():
            self.add_error("issued_on", _("This date is in the future."))
        if issued and ends and timezone.localdate(ends) < issued:
            self.add_error("ends_at", _("It ends before it begins."))
        return cleaned
