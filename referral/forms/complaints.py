"""A complaint, what is done about it, and who looks into complaints."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from partners.models import Organisation, User
from referral.forms.acts import LINE, ActForm, Text
from referral.forms.when import Moment
from referral.oversight import AFTER, ComplaintState, ComplaintWay
from referral.references import is_reference, new_reference

YEAR = timedelta(days=366)


class ComplaintForm(ActForm):
    #: Of the complainant: known before it is sent, so that nothing has to be kept to show it again.
    code = forms.CharField(widget=forms.HiddenInput, max_length=20)
    way = forms.ChoiceField(
        label=_("Who complains?"),
        widget=forms.RadioSelect,
        choices=ComplaintWay.choices,
        error_messages={"required": _("Say who complains.")},
    )
    sheet = forms.CharField(
        label=_("Code of the sheet, if it was written on one (optional)"), required=False, max_length=20
    )
    organisation = forms.ModelChoiceField(
        label=_("Which organisation is it about?"),
        queryset=Organisation.objects.none(),
        empty_label=_("Choose an organisation"),
        error_messages={"required": _("Choose the organisation that it is about.")},
    )
    worker = forms.CharField(
        label=_("Is it about one person who works there? Who? (optional)"), required=False, max_length=LINE
    )
    what = Text(
        label=_("What happened?"),
        help_text=_(
            "What was done or left undone, when, and what should change. Locked: one person reads it."
        ),
        error_messages={"required": _("Write what happened.")},
    )
    complainant = forms.CharField(
        label=_("Your name, if you want to be known (optional)"),
        required=False,
        max_length=LINE,
        help_text=_("Without it nobody, not even the person who looks into it, learns who has written."),
    )

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations
        self.fields["code"].initial = new_reference

    def clean_sheet(self) -> str:
        sheet: str = self.cleaned_data["sheet"]
        if sheet and not is_reference(sheet):
            raise forms.ValidationError(_("There is a slip in this code: look at the sheet again."))
        return sheet


class StepForm(ActForm):
    state = forms.ChoiceField(
        label=_("How far is it?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Say how far it is.")},
    )
    note = Text(
        label=_("Your note (optional)"),
        required=False,
        help_text=_("Locked: you and who stands in for you read it."),
    )
    answer = Text(
        label=_("What the complainant is told (optional)"),
        required=False,
        help_text=_(
            "Say it by telephone to whoever tells you the code. Promise that nobody is punished for it."
        ),
    )
    due_at = Moment(label=_("Next step by"))

    def __init__(self, *args: Any, state: str, due_at: datetime, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [(each.value, each.label) for each in AFTER[state]]
        self.fields["due_at"].initial = due_at
        self.fields["due_at"].between(None, at + YEAR)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("state") == ComplaintState.ANSWERED and not cleaned.get("answer"):
            self.add_error("answer", _("Write what the complainant is told."))
        return cleaned


class FindForm(forms.Form):
    code = forms.CharField(
        label=_("Code that the complainant says"),
        max_length=20,
        error_messages={"required": _("Type the code.")},
    )


class DeskForm(ActForm):
    person = forms.ModelChoiceField(
        label=_("Independent person"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody"),
        help_text=_(
            "Somebody of the control, who holds no case. A complaint about her or his own house goes to who stands in."
        ),
    )
    stand_in = forms.ModelChoiceField(
        label=_("Who stands in"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody"),
        help_text=_("Of another organisation, so that no house is left without anybody."),
    )
    telephone = forms.CharField(
        label=_("Telephone for complaints (optional)"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    post = forms.CharField(label=_("Address for letters (optional)"), required=False, max_length=200)

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("person", "stand_in"):
            field = self.fields[name]
            field.queryset = people
            field.label_from_instance = lambda user: f"{user.name}, {user.organisation}"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        person, stand_in = cleaned.get("person"), cleaned.get("stand_in")
        if stand_in is not None and (person is None or person == stand_in):
            self.add_error("stand_in", _("Who stands in is somebody else than the independent person."))
        return cleaned
