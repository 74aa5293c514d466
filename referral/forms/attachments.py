"""Forms of the papers of a file."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from referral.enums import RevealReason
from referral.forms.acts import LINE, NAME, ActForm
from referral.kinds import AttachmentKind, RemovalReason
from referral.uploads import Unusable, content_of, plain_name


class AttachmentForm(ActForm):
    """`content` is what is kept of the file, `original_name` the name it had."""

    upload = forms.FileField(
        label=_("The file"),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        help_text=_(
            "PDF, JPEG or PNG, up to 10 MB. Pictures are kept without the place and time of their taking."
        ),
        max_length=None,
        error_messages={
            "required": _("Choose a file."),
            "invalid": _("Choose a file."),
            "missing": _("Choose a file."),
            "empty": _("This file is empty."),
        },
    )
    kind = forms.ChoiceField(
        label=_("What is it?"),
        widget=forms.RadioSelect,
        choices=AttachmentKind,
        help_text=_("Papers only. No photo of the person is kept here."),
        error_messages={"required": _("Say what it is.")},
    )
    title = forms.CharField(
        label=_("Description (optional)"),
        required=False,
        max_length=LINE,
        help_text=_("In a few words, to find it again. Kept locked, like the file."),
    )
    original_place = forms.CharField(
        label=_("Where does the original lie? (optional)"),
        required=False,
        max_length=NAME,
        help_text=_("The person, the court, a folder of your office…"),
    )

    def clean_upload(self) -> Any:
        upload = self.cleaned_data["upload"]
        if upload.size > settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
            raise forms.ValidationError(_("This file is larger than 10 MB. Scan it again with less detail."))
        try:
            self.content = content_of(upload.read())
        except Unusable as refused:
            raise forms.ValidationError(str(refused.sentence)) from None
        self.original_name = plain_name(upload.name)
        return upload


class OpenForm(forms.Form):
    """Why an attachment is opened."""

    reason = forms.ChoiceField(
        label=_("Why do you need to see it?"),
        widget=forms.RadioSelect,
        choices=RevealReason,
        help_text=_("The supervisor sees who looked, when and why."),
        error_messages={"required": _("Say why you need to see it.")},
    )


class RemoveForm(ActForm):
    reason = forms.ChoiceField(
        label=_("Why is it removed?"),
        widget=forms.RadioSelect,
        choices=RemovalReason,
        error_messages={"required": _("Say why.")},
    )
