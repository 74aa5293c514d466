"""Consent on paper, for the office: what is read, answered, taken back. The reference, never a name."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from partners.alphabet import alphabetical
from partners.enums import CodeList
from partners.pdf import typeset
from partners.queries import code_choices, code_label
from partners.templatetags.interface import day
from referral.disclosure import is_child
from referral.enums import Group, Purpose
from referral.models import Case, Consent, ConsentTalk
from referral.queries.recipients import questions, recipients
from referral.queries.talks import Reading, reading_for, text_read, withdrawals_of
from referral.references import spoken
from referral.services import talks
from referral.services.steps import NotVisible
from referral.talks import AIDS, INTRODUCTION, THUMBPRINT, Answer, Point, Tongue
from referral.views.door import ActingRequest, case_or_404, now
from referral.views.talk import aloud

Pair = tuple[str, str]
#: The same for everybody, whatever the sheet: an open folder of a shared machine tells nothing.
FILE_NAME = "feuille.pdf"
_KEEP = gettext_lazy(
    "This sheet stays in the office. The person takes no copy: whoever finds it could put her or him in danger. "
    "No name is printed on it."
)
_TAKEN_BACK = (
    gettext_lazy("From this moment these organisations can read nothing more about the person."),
    gettext_lazy(
        "A service that had begun ends. A centre that still lodges the person keeps health alerts, safe contact and "
        "custody title until the departure, 72 hours at most, and a worker looks for the next place with the person."
    ),
    gettext_lazy("What was printed or is remembered cannot be taken back."),
    gettext_lazy("Help goes on. The person may agree again at any time."),
)


@require_GET
def consent_sheet(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Blank, of one conversation (`talk`), or of what was taken back (`kind=withdrawal`)."""
    case = case_or_404(request, pk)
    asked = request.GET
    talk = talks.print_sheet(request.actor, case, _id(asked["talk"]) if "talk" in asked else None)
    tongue = Tongue(asked["read"]) if asked.get("read") in Tongue else Tongue.FR
    sheet = Sheet(case, tongue, talk)
    data = (
        sheet.withdrawal()
        if asked.get("kind") == "withdrawal"
        else sheet.conversation(talk, recipients_of=asked)
    )
    answer = HttpResponse(typeset("consent.typ", data), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{FILE_NAME}"'
    return answer


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotVisible from None


class Sheet:
    """What stands on a sheet, in two languages: that in which it is read, and the other one of the office."""

    def __init__(self, case: Case, tongue: Tongue, talk: ConsentTalk | None = None) -> None:
        """Args: talk: its own text is printed, in the version that was read."""
        child = is_child(case.person.age_status)
        read = text_read(talk) if talk else None
        if read is not None:
            tongue = Tongue(read.language)
        self.case = case
        self.reading = Reading(read, None) if read else reading_for(tongue, child=child)
        first = Tongue.FR if tongue in AIDS else tongue
        second = Tongue.EN if first == Tongue.FR else Tongue.FR
        self.languages: tuple[str, str] = (first.value, second.value)
        self.second: Reading | None = reading_for(second, child=child)
        self.tongue = tongue

    def both(self, text: str | Promise) -> Pair:
        """`text`, a lazy sentence or label, in the two languages."""
        found = []
        for language in self.languages:
            with translation.override(language):
                found.append(str(text))
        return found[0], found[1]

    def label(self, list_: str, code: str) -> Pair:
        found = []
        for language in self.languages:
            with translation.override(language):
                found.append(code_label(list_, code))
        return found[0], found[1]

    def _said(self, part: str) -> dict[str, str]:
        said = aloud(self.reading, part)
        return {"text": said["text"], "aid": said["aid"], "second": aloud(self.second, part)["text"]}

    def _frame(self, title: str | Promise, **more: Any) -> dict[str, Any]:
        with translation.override(self.languages[0]):
            today = day(now())
        reference = spoken(self.case.reference)
        return {
            "site": settings.RELAIS_SITE_NAME,
            "languages": self.languages,
            "region": "SN",
            "aid_language": self.tongue.value,
            "title": self.both(title),
            "keep": self.both(_KEEP),
            "reference": reference,
            "facts": [
                {"words": self.both(gettext_lazy("Case")), "value": reference},
                {"words": self.both(gettext_lazy("Printed on")), "value": today},
            ],
            "introduction": {"text": "", "aid": "", "second": ""},
            "points": [],
            "parts": [],
            "paragraphs": [],
            "by_hand": self.both(gettext_lazy("By hand")),
            "lines": [],
        } | more

    def conversation(self, talk: ConsentTalk | None, *, recipients_of: QueryDict) -> dict[str, Any]:
        answers: dict[str, str] = talk.answers if talk else {}
        frame = self._frame(
            gettext_lazy("What I agree to"),
            introduction=self._said(INTRODUCTION),
            points=[
                {
                    "words": self.both(point.label),
                    "said": self._said(point),
                    "answers": self._answers(Answer, answers.get(point)),
                }
                for point in Point
            ],
            parts=self._agreed(talk) if talk else self._asked(recipients_of),
            lines=self._by_hand(),
        )
        if talk:
            with translation.override(self.languages[0]):
                held = day(talk.held_at)
            frame["facts"] += [
                {"words": self.both(gettext_lazy("Conversation on")), "value": held},
                {
                    "words": self.both(gettext_lazy("Language")),
                    "value": self.label(CodeList.LANGUAGE, talk.language)[0],
                },
                {
                    "words": self.both(gettext_lazy("How consent was given")),
                    "value": self.label(CodeList.CONSENT_METHOD, talk.method)[0],
                },
            ]
        return frame

    def withdrawal(self) -> dict[str, Any]:
        """Raises NotVisible where nothing was taken back."""
        cells = list(withdrawals_of(self.case))
        if not cells:
            raise NotVisible
        return self._frame(
            gettext_lazy("What I take back"),
            parts=self._grid(cells, ticks=False),
            paragraphs=[self.both(text) for text in _TAKEN_BACK],
            lines=self._by_hand(),
        )

    def _answers(self, choices: Iterable[Any], chosen: str | None) -> list[dict[str, Any]]:
        return [{"words": self.both(each.label), "chosen": each == chosen} for each in choices]

    def _asked(self, asked: QueryDict) -> list[dict[str, Any]]:
        """The organisations about which one is going to ask."""
        return [
            self._part(
                f"{question.organisation}",
                question.purpose,
                [(group, self._answers([Answer.YES, Answer.NO], None)) for group in question.groups],
            )
            for question in questions(recipients(asked.getlist("to")))
        ]

    def _agreed(self, talk: ConsentTalk) -> list[dict[str, Any]]:
        cells = Consent.objects.filter(case=self.case, conversation=talk.conversation)
        return self._grid(cells.select_related("recipient"), ticks=True)

    def _grid(self, cells: Iterable[Consent], *, ticks: bool) -> list[dict[str, Any]]:
        parts: dict[tuple[str, str], list[tuple[str, list[dict[str, Any]]]]] = {}
        for cell in sorted(
            cells, key=lambda cell: (alphabetical(cell.recipient.name), list(Group).index(Group(cell.group)))
        ):
            answer = Answer.YES if cell.given else Answer.NO
            shown = self._answers([Answer.YES, Answer.NO], answer) if ticks else []
            parts.setdefault((cell.recipient.name, cell.purpose), []).append((cell.group, shown))
        return [self._part(name, purpose, lines) for (name, purpose), lines in parts.items()]

    def _part(self, name: str, purpose: str, lines: list[tuple[str, list[dict[str, Any]]]]) -> dict[str, Any]:
        return {
            "title": name,
            "words": self.both(Purpose(purpose).label),
            "lines": [
                {"words": self.both(Group(group).label), "answers": answers} for group, answers in lines
            ],
        }

    def _by_hand(self) -> list[Pair]:
        """Oral consent with who explains and who witnesses is the rule; signing is never required."""
        lines = [
            gettext_lazy("Explained by"),
            gettext_lazy("Witness or interpreter"),
            gettext_lazy("Date and place"),
            gettext_lazy("Signature (not required)"),
        ]
        if THUMBPRINT in dict(code_choices(CodeList.CONSENT_METHOD)):
            lines.append(gettext_lazy("Thumbprint (not required)"))
        lines.append(gettext_lazy("Where this sheet is kept"))
        return [self.both(line) for line in lines]
