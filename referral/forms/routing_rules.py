"""Who comes first in a region, and what is read first?"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.enums import CodeList, OrganisationKind
from partners.models import Organisation, Region
from partners.queries import code_choices
from referral.forms.acts import ActForm, Text
from referral.models import RoutingRule
from referral.routing_rules import MOST_KINDS, Profile
from referral.services.routing_rules import Scope

WORDS = 400


class RuleForm(ActForm):
    """What a rule says; at least one thing."""

    organisation = forms.ChoiceField(label=_("Which organisation is asked first?"), required=False)
    sentence_fr = Text(label=_("To be read first, in French"), required=False, max_length=WORDS)
    sentence_en = Text(label=_("To be read first, in English"), required=False, max_length=WORDS)

    def __init__(
        self,
        *args: Any,
        organisations: Sequence[Organisation],
        rule: RoutingRule | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, version=rule.version if rule else None, **kwargs)
        nobody = [("", _("None in particular"))]
        self.fields["organisation"].choices = [
            *nobody,
            *((str(each.pk), each.name) for each in organisations),
        ]
        kinds = [("", _("No other kind")), *OrganisationKind.choices]
        for number in range(1, MOST_KINDS + 1):
            self.fields[f"kind_{number}"] = forms.ChoiceField(
                label=_("Kind of organisation number %(number)d") % {"number": number},
                choices=kinds,
                required=False,
            )
        if rule is not None:
            for name in ("sentence_fr", "sentence_en"):
                self.fields[name].initial = getattr(rule, name)
            self.fields["organisation"].initial = str(rule.organisation_id or "")
            for number, kind in enumerate(rule.kinds, start=1):
                self.fields[f"kind_{number}"].initial = kind
        kinds_asked = [f"kind_{number}" for number in range(1, MOST_KINDS + 1)]
        self.order_fields(
            [
                *("key", "version", "where", "profile", "service", "organisation"),
                *kinds_asked,
                *("sentence_fr", "sentence_en"),
            ]
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(cleaned.get("sentence_fr")) != bool(cleaned.get("sentence_en")):
            missing = "sentence_en" if cleaned.get("sentence_fr") else "sentence_fr"
            self.add_error(missing, _("Write the sentence in both languages."))
        if not self.errors and not (cleaned["organisation"] or self._kinds() or cleaned["sentence_fr"]):
            self.add_error("organisation", _("Say who is asked first, or what is to be read first."))
        return cleaned

    def _kinds(self) -> list[str]:
        chosen = [self.cleaned_data.get(f"kind_{number}") for number in range(1, MOST_KINDS + 1)]
        return [*dict.fromkeys(kind for kind in chosen if kind)]

    def values(self) -> dict[str, Any]:
        """For the service."""
        organisation = self.cleaned_data["organisation"]
        return {
            "organisation_id": UUID(organisation) if organisation else None,
            "kinds": self._kinds(),
            "sentence_fr": self.cleaned_data["sentence_fr"],
            "sentence_en": self.cleaned_data["sentence_en"],
        }


class AddRuleForm(RuleForm):
    """And for whom it counts, which stays."""

    where = forms.ChoiceField(label=_("Where?"), required=False)
    profile = forms.ChoiceField(
        label=_("For whom?"), choices=Profile.choices, widget=forms.RadioSelect, required=False, initial=""
    )
    service = forms.ChoiceField(label=_("For which service?"), required=False)

    def __init__(self, *args: Any, regions: Sequence[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["where"].choices = [("", _("Everywhere")), *((str(r.pk), r.name) for r in regions)]
        self.fields["service"].choices = [("", _("Every service")), *code_choices(CodeList.SERVICE)]

    def scope(self) -> Scope:
        where = self.cleaned_data["where"]
        return Scope(
            region_id=UUID(where) if where else None,
            profile=self.cleaned_data["profile"],
            service=self.cleaned_data["service"],
        )
