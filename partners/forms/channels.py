"""How somebody wishes to be told."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.enums import MailPace, SmsPace
from partners.forms.fields import TELEPHONE, VersionForm


class ChannelsForm(VersionForm):
    mail_pace = forms.ChoiceField(
        label=_("By mail"),
        choices=MailPace,
        widget=forms.RadioSelect,
        help_text=_("Whatever asks you for an act always leaves at once."),
    )
    sms_pace = forms.ChoiceField(
        label=_("By text message"),
        choices=SmsPace,
        widget=forms.RadioSelect,
        help_text=_("A reference and a deadline, nothing else. Others may read it on a locked telephone."),
    )
    telephone = forms.CharField(
        label=_("Telephone for text messages"),
        max_length=20,
        required=False,
        validators=[TELEPHONE],
        help_text=_("For example +221 77 123 45 67. Only the administration and this page show it."),
    )

    def __init__(self, *args: Any, by_sms: bool, **kwargs: Any) -> None:
        """Args: by_sms: whether this installation sends text messages at all."""
        super().__init__(*args, **kwargs)
        if not by_sms:
            del self.fields["sms_pace"], self.fields["telephone"]
