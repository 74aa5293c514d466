"""Codes before acceptance, words after it."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.enums import CodeList
from partners.queries import code_choices
from referral.enums import MessageKind
from referral.forms.acts import ActForm, Text

#: One list of choices for three kinds: "question:LANGUAGE", "answer:YES", "call_me:".
CALL_ME = f"{MessageKind.CALL_ME}:"


class CodedMessageForm(ActForm):
    said = forms.ChoiceField(
        label=_("What do you want to say?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what to say.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["said"].choices = [
            (CALL_ME, MessageKind.CALL_ME.label),
            *((f"{MessageKind.QUESTION}:{code}", word) for code, word in code_choices(CodeList.QUESTION)),
        ]

    def message(self) -> dict[str, str]:
        kind, _colon, code = self.cleaned_data["said"].partition(":")
        return {"kind": kind, "code": code}


class TextMessageForm(ActForm):
    body = Text(
        label=_("Your message"), max_length=2000, error_messages={"required": _("Write your message.")},
        help_text=_("Both organisations read it, until the referral ends."),
    )  # fmt: skip

    def message(self) -> dict[str, str]:
        return {"kind": MessageKind.TEXT, "body": self.cleaned_data["body"]}


class AnswerForm(ActForm):
    """One coded answer for each question that was asked."""

    def __init__(self, *args: Any, asked: Collection[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = [code for code, _word in asked]
        for code, word in asked:
            self.fields[f"answer_{code}"] = forms.ChoiceField(
                label=word,
                choices=answers_to(code),
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose an answer to “%(question)s”.") % {"question": word}},
            )

    def codes(self) -> dict[str, str]:
        return {code: self.cleaned_data[f"answer_{code}"] for code in self.asked}


def answers_to(question: str) -> list[tuple[str, str]]:
    """Answers that begin with the question's code are its own; those that begin with none are everybody's."""
    questions = [code for code, _word in code_choices(CodeList.QUESTION)]
    return [
        (code, word)
        for code, word in code_choices(CodeList.ANSWER)
        if code.startswith(f"{question}_") or not any(code.startswith(f"{other}_") for other in questions)
    ]
