"""The sender's forms: what is needed, by whom, what is shared."""

from collections.abc import Callable, Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.enums import CodeList
from partners.models import Organisation
from partners.queries import code_choices
from referral.enums import Group, Urgency
from referral.forms.acts import ActForm

LONGEST_STAY = 730


class NeedForm(forms.Form):
    """What is needed. A GET form of codes only: its answers stand in the address, and "Back" works."""

    service = forms.ChoiceField(
        label=_("Which service does the person need?"), error_messages={"required": _("Choose a service.")}
    )
    urgency = forms.ChoiceField(
        label=_("How urgent is it?"), choices=Urgency.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Say how urgent it is.")},
    )  # fmt: skip
    days = forms.IntegerField(
        label=_("How many days are needed? (optional)"), required=False, min_value=1, max_value=LONGEST_STAY,
        help_text=_("Leave it empty when nobody knows."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [("", _("Choose a service")), *code_choices(CodeList.SERVICE)]


class ChooseForm(ActForm):
    """Which of the organisations found; the need comes along, already checked."""

    organisation = forms.CharField(
        label=_("Which organisation?"), error_messages={"required": _("Choose an organisation.")}
    )

    receiver: Organisation

    def __init__(self, *args: Any, known: Callable[[str], Organisation | None], **kwargs: Any) -> None:
        """
        Args:
            known: the one with this id, if it may be asked; the page shows only a few of them.
        """
        super().__init__(*args, **kwargs)
        self._known = known

    def clean_organisation(self) -> str:
        chosen: str = self.cleaned_data["organisation"]
        found = self._known(chosen)
        if found is None:
            raise forms.ValidationError(_("This organisation cannot be asked for this need: choose another."))
        self.receiver = found
        return chosen


class FileForm(ActForm):
    """An act about what the file says: stale as well when the file was corrected meanwhile."""

    person_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, person_version: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.file_version = person_version
        self.fields["person_version"].initial = person_version

    def renew(self, version: int) -> None:
        super().renew(version)
        if self.stale:
            self.data["person_version"] = str(self.file_version)


class CheckForm(FileForm):
    """Which of the agreed groups go: the sender unticks, and can never add."""

    groups = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, required=False)

    def __init__(self, *args: Any, agreed: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["groups"].choices = [(group.value, group.label) for group in Group if group in agreed]


class SendForm(FileForm):
    """Nothing more to say: what was checked goes."""
