"""How many blank forms are printed, and a new case that was first written on one."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from referral.forms.acts import ActForm
from referral.forms.opening import OpeningForm
from referral.forms.when import Moment
from referral.services.paper import MOST_SHEETS

PAPER = ("paper_code", "occurred_at")
#: What is found in a drawer after this is no longer entered as if it had been in time.
OLDEST = timedelta(days=60)


class PadForm(ActForm):
    sheets = forms.IntegerField(
        label=_("How many blank forms?"), min_value=1, max_value=MOST_SHEETS, initial=5
    )


class NewCaseForm(OpeningForm):
    #: The list of services would weigh more than this page may.
    need_asked_by = "needs"
    paper_code = forms.CharField(label=_("Case code on the form"), max_length=20, required=False)
    occurred_at = Moment(label=_("When did you meet the person?"), required=False)

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["occurred_at"].between(at - OLDEST, at)
