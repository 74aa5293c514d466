"""One conversation about what may be shared, with whom; and its taking back."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.enums import CodeList
from partners.queries import code_choices
from referral.enums import Group, Purpose
from referral.forms.acts import NAME, ActForm
from referral.forms.when import yes_no
from referral.queries.files import ConsentLine
from referral.queries.recipients import Question
from referral.services.basis import Cell

ORAL = "oral_with_witness"
#: Ways of giving consent that somebody else must have heard or said.
WITNESSED = frozenset({ORAL, "interpreter", "thumbprint"})


class ServiceForm(forms.Form):
    """Which service to look for: a GET form of codes."""

    service = forms.ChoiceField(label=_("Which service?"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [("", _("Choose a service")), *code_choices(CodeList.SERVICE)]

    def chosen(self) -> str:
        self.is_valid()
        service: str = self.cleaned_data.get("service", "")
        return service


class ConversationForm(ActForm):
    """The answers: one yes or no for each group that each organisation would need."""

    explained = forms.BooleanField(
        label=_("I have read this aloud, and the person has understood it"),
        error_messages={
            "required": _("Read the text aloud first, in a language that the person understands.")
        },
    )
    language = forms.ChoiceField(label=_("Language of the conversation"))
    method = forms.ChoiceField(label=_("How does the person answer?"), widget=forms.RadioSelect, initial=ORAL)
    witness = forms.CharField(
        label=_("Name of the witness or of the interpreter"),
        max_length=NAME,
        required=False,
        help_text=_(
            "Somebody whom the person accepts. Never a relative, guardian or master who may be involved."
        ),
    )
    person_is_safe = yes_no(
        label=_(
            "Is the person safe where she is, once this organisation learns that consent was taken back?"
        ),
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        questions: Sequence[Question],
        agreed: Collection[tuple[object, str, str]] = (),
        child: bool = False,
        **kwargs: Any,
    ) -> None:
        """
        Args:
            agreed: recipient, purpose and group of what was agreed before and still stands.
            child: a child's "no" to what was agreed is an objection, and moves nothing yet.
        """
        super().__init__(*args, **kwargs)
        self.questions, self.agreed, self.child = questions, agreed, child
        languages = code_choices(CodeList.LANGUAGE)
        self.fields["language"].choices = [("", _("Choose a language")), *languages]
        self.fields["method"].choices = code_choices(CodeList.CONSENT_METHOD)
        for question in questions:
            for group in question.groups:
                self.fields[self.cell_name(question, group)] = yes_no(
                    label=Group(group).label,
                    error_messages={"required": _("Answer yes or no for each part.")},
                )

    @staticmethod
    def cell_name(question: Question, group: str) -> str:
        return f"cell_{question.organisation.pk.hex}_{question.purpose}_{group}"

    def taken_back(self) -> bool:
        """Is something now refused that was agreed before?"""
        return any(
            not self.cleaned_data[self.cell_name(question, group)]
            for question in self.questions
            for group in question.groups
            if (question.organisation.pk, question.purpose, group) in self.agreed
            and self.cell_name(question, group) in self.cleaned_data
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("method") in WITNESSED and not cleaned.get("witness"):
            self.add_error("witness", _("Write the name of the witness or of the interpreter."))
        if not self.child and self.taken_back() and cleaned.get("person_is_safe") in (None, ""):
            self.add_error(
                "person_is_safe", _("Something agreed before is taken back: say whether the person is safe.")
            )
        return cleaned

    def cells(self) -> list[Cell]:
        return [
            Cell(
                question.organisation.pk,
                question.purpose,
                group,
                self.cleaned_data[self.cell_name(question, group)],
            )
            for question in self.questions
            for group in question.groups
        ]


class WithdrawConsentForm(ActForm):
    """For which organisation and purpose; whether the person is safe once it learns."""

    about = forms.ChoiceField(
        label=_("What is taken back?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what is taken back.")},
    )
    person_is_safe = yes_no(
        label=_("Is the person safe?"),
        help_text=_("If not, a centre that lodges the person is told only when you say that she is safe."),
        error_messages={"required": _("Say whether the person is safe.")},
    )

    def __init__(self, *args: Any, lines: Sequence[ConsentLine], child: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["about"].choices = [
            (
                f"{line.recipient.pk}:{line.purpose}",
                f"{line.recipient}, {str(Purpose(line.purpose).label).lower()}",
            )
            for line in lines
        ]
        if child:  # an objection ends nothing yet, so nobody learns of it
            del self.fields["person_is_safe"]

    def about_what(self) -> tuple[UUID, str]:
        pk, _sign, purpose = self.cleaned_data["about"].partition(":")
        return UUID(pk), purpose
