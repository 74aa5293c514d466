"""Who reviews, the twelve answers, a finding, the end, and whether something is right now."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from referral.file_reviews import LONGEST_ACTION, LONGEST_MANDATE, Conclusion, Mark, Severity
from referral.forms.acts import LINE, ActForm, Text
from referral.forms.when import Moment, yes_no

Choices = Sequence[tuple[str, Any]]
#: A paper of a review has a few pages.
LARGEST_PAPER = 5 * 1024 * 1024


class NameReviewerForm(ActForm):
    reviewer = forms.ChoiceField(
        label=_("Who carries the review out?"),
        help_text=_(
            "Supervisors of the organisation who have decided nothing in the drawn files; then, with a mandate, "
            "those of other organisations."
        ),
        error_messages={"required": _("Choose who reviews.")},
    )
    until = Moment(
        label=_("Of another organisation: until when does the mandate last?"),
        required=False,
        help_text=_("The files themselves are open for 7 days, to read alone."),
    )

    def __init__(self, *args: Any, at: datetime, own: Choices, outside: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outside = {pk for pk, _name in outside}
        self.fields["reviewer"].choices = [
            ("", _("Choose")),
            (_("Of the organisation"), list(own)),
            (_("Of another organisation, with a mandate"), list(outside)),
        ]
        self.fields["until"].between(at, at + LONGEST_MANDATE)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        from_outside = cleaned.get("reviewer") in self.outside
        if from_outside and not cleaned.get("until") and "until" not in self.errors:
            self.add_error("until", _("Say until which day the mandate lasts, three months at most."))
        return cleaned


class GridForm(ActForm):
    """Twelve questions; each may wait, and each may have a remark."""

    def __init__(self, *args: Any, questions: type[TextChoices], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = [str(question) for question in questions]
        for question in questions:
            self.fields[f"answer_{question.value}"] = forms.ChoiceField(
                label=question.label, choices=Mark.choices, widget=forms.RadioSelect, required=False
            )
            self.fields[f"remark_{question.value}"] = Text(
                label=_("Remark (optional)"), required=False, max_length=5 * LINE
            )

    def rows(self) -> Iterable[tuple[str, Any, Any]]:
        """Question, its answer and its remark, as fields of the page."""
        for question in self.questions:
            yield question, self[f"answer_{question}"], self[f"remark_{question}"]

    def given(self, what: str) -> dict[str, str]:
        """Args: what: "answer" or "remark"."""
        return {question: self.cleaned_data[f"{what}_{question}"] for question in self.questions}


class FindingForm(ActForm):
    question = forms.ChoiceField(
        label=_("Which question is it about?"), error_messages={"required": _("Choose the question.")}
    )
    severity = forms.ChoiceField(
        label=_("How serious is it?"),
        choices=Severity.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how serious it is.")},
    )
    words = Text(
        label=_("What did you find?"),
        max_length=5 * LINE,
        help_text=_("Kept locked in this file. Name nobody whom the file is about."),
        error_messages={"required": _("Write what you found.")},
    )
    action = Text(
        label=_("What is to be done? (optional)"),
        max_length=5 * LINE,
        required=False,
        help_text=_("It becomes a task at once. You or an auditor confirm later that it is right."),
    )
    owner = forms.ChoiceField(label=_("Who does it?"), required=False)
    due_at = Moment(label=_("By when?"), required=False)

    def __init__(
        self, *args: Any, at: datetime, questions: type[TextChoices], owners: Choices, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["question"].choices = [("", _("Choose")), *questions.choices]
        self.fields["owner"].choices = [("", _("Choose")), *owners]
        self.fields["due_at"].between(at, at + LONGEST_ACTION)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("action"):
            if not cleaned.get("owner") and "owner" not in self.errors:
                self.add_error("owner", _("Choose who does it."))
            if not cleaned.get("due_at") and "due_at" not in self.errors:
                self.add_error("due_at", _("Say by when it is to be done."))
        return cleaned


class ConcludeForm(ActForm):
    conclusion = forms.ChoiceField(
        label=_("What do you conclude?"),
        choices=Conclusion.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you conclude.")},
    )


class ConfirmActionForm(ActForm):
    right = yes_no(label=_("Is it right now?"), error_messages={"required": _("Say whether it is right.")})
    words = Text(label=_("If not: what is still missing?"), required=False, max_length=5 * LINE)
    due_at = Moment(label=_("If not: by when?"), required=False)

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_at"].between(at, at + LONGEST_ACTION)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("right") is False:
            if not cleaned.get("words") and "words" not in self.errors:
                self.add_error("words", _("Write what is still missing."))
            if not cleaned.get("due_at") and "due_at" not in self.errors:
                self.add_error("due_at", _("Say by when it is to be done."))
        return cleaned


class VerifyPaperForm(ActForm):
    upload = forms.FileField(
        label=_("The PDF that you were given"),
        error_messages={"required": _("Choose the file.")},
        allow_empty_file=True,
    )

    def clean_upload(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["upload"]
        if (upload.size or 0) > LARGEST_PAPER:
            raise forms.ValidationError(_("This file is too large to be a paper of a review."))
        return upload
