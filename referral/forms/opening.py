"""What opens a file: every question, a topic a page or all on one page. Only danger and need are compulsory."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.enums import Sex
from referral.disclosure import band_of
from referral.enums import CHILD_BANDS, AgeBand, AgeStatus
from referral.forms import screening
from referral.forms.cards import CARD, CardForm
from referral.forms.intake import CHILDREN, CONTACT, NAMES, PERSON, PLACE, SITUATION, TALKING, PersonForm
from referral.topics import Topic

#: The questions behind each topic: one decision a page, together only what is answered together.
QUESTIONS: Mapping[Topic, tuple[str, ...]] = {
    Topic.DANGER: SITUATION,
    Topic.NEED: ("first_needs", "needs"),
    Topic.AGE: PERSON[:2],
    Topic.SEX: PERSON[2:],
    Topic.PLACE: PLACE,
    Topic.LANGUAGE: TALKING,
    Topic.CALLED: NAMES[:1],
    Topic.IDENTITY: (*NAMES[1:], "document_number"),
    Topic.CONTACT: CONTACT,
    Topic.JOURNEY: screening.JOURNEY,
    Topic.CONTROL: screening.CONTROL,
    Topic.EXPLOITATION: screening.EXPLOITATION,
    Topic.CIRCUMSTANCES: screening.CIRCUMSTANCES,
    Topic.CHILDREN: CHILDREN,
    Topic.HEALTH: ("flags", "health"),
    Topic.STORY: ("narrative",),
    Topic.CARD: CARD,
}


class OpeningForm(PersonForm, screening.ScreeningForm, CardForm):
    """What is left open stands for the careful answer: not known, and so a child; the region of the organisation."""

    #: Where somebody who has said no need is sent.
    need_asked_by = "first_needs"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in (*PERSON, *PLACE):
            if name in self.fields:
                self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        asked = self.cleaned_data
        if "sex" in self.fields and "sex" not in self.errors:
            asked["sex"] = asked["sex"] or Sex.UNKNOWN
        if "age_status" in asked and "age_band" in asked:
            asked["age_status"] = asked["age_status"] or self._status_said(asked)
        cleaned = super().clean()
        need = {"first_needs", "needs"}
        if (
            "first_needs" in self.fields
            and not any(cleaned.get(name) for name in need)
            and not need & self.errors.keys()
        ):
            self.add_error(self.need_asked_by, _("Say what is needed first: tick it, or write it down."))
        return cleaned

    @staticmethod
    def _status_said(asked: Mapping[str, Any]) -> AgeStatus:
        """Whoever gives a date of birth or a band has said whether the person is a child."""
        band = band_of(born, timezone.localdate()) if (born := asked.get("birth_date")) else asked["age_band"]
        if not band or band == AgeBand.UNKNOWN:
            return AgeStatus.UNKNOWN
        return AgeStatus.CHILD if band in CHILD_BANDS else AgeStatus.ADULT


#: What a reporter may have seen; once sent, no reporter reads or changes it (design §7.11).
SEEN = ("acts", "exploitation", "places")


class ReportForm(PersonForm, screening.ScreeningForm):
    """A reporter's report, and what the reporter saw: codes, no story."""
