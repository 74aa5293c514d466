"""A register to be read, an export to be asked for and decided on."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from partners.actor import Actor
from partners.alphabet import Alphabetical
from partners.enums import Role
from partners.models import Region
from partners.queries import active_people
from referral.enums import AgeBand, RevealReason
from referral.forms.acts import LINE, ActForm, Text
from referral.htcds.profiles import ExportProfile
from referral.htcds.reading import Register, Unreadable, read
from referral.queries.exchange import regions_by_word

LARGEST = 10 * 1024 * 1024


class RegisterForm(ActForm):
    """The file is read here, in memory; what stands against it is in `register.faults`."""

    file = forms.FileField(
        label=_("The file"),
        help_text=_(
            "The Excel template of HTCDS 2.0 (.xlsx), or text with separators (.csv); at most 10 MB."
        ),
        error_messages={
            "required": _("Choose a file of at most 10 MB."),
            "empty": _("This file is empty."),
            "invalid": _("Choose a file of at most 10 MB."),
        },
    )
    region = forms.ModelChoiceField(
        label=_("Region, where a row does not say"),
        queryset=Region.objects.order_by(Alphabetical("name")),
        empty_label=_("Choose a region"),
    )
    addresses = forms.ChoiceField(
        label=_("How were the columns of the address filled in?"),
        widget=forms.RadioSelect,
        required=False,
        choices=[
            ("labels", _("Under the headings that one sees")),
            ("names", _("Under the hidden names, by a program")),
        ],
        help_text=_(
            "In the official Excel template the visible headings of columns N to R are not those of the hidden names."
        ),
    )
    register: Register | None = None

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"] = forms.ModelChoiceField(
            label=_("Who owns these cases?"),
            queryset=active_people(by.organisation_id, [Role.CASEWORKER]),
            empty_label=_("Choose a person"),
            error_messages={"required": _("Choose the case owner.")},
        )
        self.order_fields(["key", "version", "file", "owner", "region", "addresses"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        file: UploadedFile | None = cleaned.get("file")
        if file is None:
            return cleaned
        if file.size is None or file.size > LARGEST:
            self.add_error("file", _("Choose a file of at most 10 MB."))
            return cleaned
        try:
            self.register = read(
                file.read(),
                today=timezone.localdate(),
                regions=regions_by_word(),
                bands=frozenset(AgeBand.values),
                by_labels=cleaned.get("addresses") == "labels",
            )
        except Unreadable as refused:
            self.add_error("file", str(refused))
            return cleaned
        if self.register.ambiguous and not cleaned.get("addresses"):
            self.add_error("addresses", _("Say how: this file has the headings of the official template."))
        if count := len(self.register.faults):
            self.add_error(
                "file",
                ngettext(
                    "%(count)d fault was found, and nothing was imported: see below.",
                    "%(count)d faults were found, and nothing was imported: see below.",
                    count,
                )
                % {"count": count},
            )
        return cleaned


class ImportedForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Why do you need to see it?"),
        widget=forms.RadioSelect,
        choices=RevealReason,
        help_text=_("The supervisor sees who looked, when and why."),
        error_messages={"required": _("Say why you need to see it.")},
    )


class ExportForm(ActForm):
    profile = forms.ChoiceField(
        label=_("What should the file hold?"),
        widget=forms.RadioSelect,
        choices=[(each.value, each.label) for each in reversed(ExportProfile)],
        error_messages={"required": _("Choose what the file holds.")},
    )
    purpose = Text(
        label=_("What is it for, and who will read it?"),
        max_length=5 * LINE,
        help_text=_("The person who approves it reads this. Write no name of a victim."),
        error_messages={"required": _("Say what it is for.")},
    )


class DecisionForm(ActForm):
    approve = forms.TypedChoiceField(
        label=_("May this file be made?"),
        widget=forms.RadioSelect,
        coerce={"yes": True, "no": False}.get,
        choices=[("yes", _("Yes, for this purpose")), ("no", _("No"))],
        error_messages={"required": _("Answer yes or no.")},
    )
