"""The words of our directory as taxonomies of the standard: lists of codes that keep their ids everywhere."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, TextChoices
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from partners.enums import CodeList, OrganisationKind, PersonGroup, Sex
from partners.hsds.standard import Attribute, Taxonomy, TaxonomyTerm, derived
from partners.models import Region
from partners.queries import code_labels


class Tag(TextChoices):
    """Whom a service takes, as marks that it bears or not."""

    CHILDREN = "children", _("Children (under 18)")
    ADULTS = "adults", _("Adults")
    CHILDREN_WITH_PARENT = "children_with_parent", _("Children with the person")
    DISABILITY_ACCESS = "disability_access", _("Accessible with a disability")


#: The column of a service that each tag stands for.
COLUMNS: Mapping[str, str] = {
    Tag.CHILDREN: "takes_children",
    Tag.ADULTS: "takes_adults",
    Tag.CHILDREN_WITH_PARENT: "takes_children_with_parent",
    Tag.DISABILITY_ACCESS: "disability_access",
}


class Standing(TextChoices):
    """What is agreed with an organisation; the term of the agreement is the value of its attribute."""

    PUBLIC = "public", _("Shown to the public")
    AGREEMENT_UNTIL = "agreement_until", _("Agreement until")


class List(TextChoices):
    SERVICE = "service", _("Services")
    KIND = "organisation_kind", _("Kinds of organisation")
    REGION = "region", _("Regions")
    SEX = "sex", _("Sex")
    TAG = "reception", _("Who is received")
    GROUP = "person_group", _("Groups of persons")
    STANDING = "standing", _("Standing in the directory")


NOBODY = Q(pk=None)


@dataclass(frozen=True)
class _Source:
    description: str | Promise
    terms: Callable[[], Mapping[str, str]]
    #: The services that bear the term of this code.
    services: Callable[[str], Q]


def _choices(words: type[TextChoices]) -> Callable[[], Mapping[str, str]]:
    return lambda: {value: str(label) for value, label in words.choices}


SOURCES: Mapping[List, _Source] = {
    List.SERVICE: _Source(
        _("What services are called in this country's referral mechanism"),
        lambda: code_labels(CodeList.SERVICE),
        lambda code: Q(code=code),
    ),
    List.KIND: _Source(
        _("What an organisation is"), _choices(OrganisationKind), lambda code: Q(organisation__kind=code)
    ),
    List.REGION: _Source(
        _("Where an organisation is (ISO 3166-2)"),
        lambda: dict(Region.objects.values_list("code", "name")),
        lambda code: Q(organisation__region__code=code),
    ),
    List.SEX: _Source(
        _("Whom a service receives; without a mark, everybody"),
        _choices(Sex),
        lambda code: Q(sexes__contains=[code]),
    ),
    List.TAG: _Source(
        _("Whom a service receives, and how"), _choices(Tag), lambda code: Q(**{COLUMNS[code]: True})
    ),
    List.GROUP: _Source(
        _("Groups of persons for whom places are counted"),
        _choices(PersonGroup),
        lambda code: NOBODY,  # what is said of places is for those who may read it, and is no way to search
    ),
    List.STANDING: _Source(
        _("To whom an organisation is shown, and until when"),
        _choices(Standing),
        lambda code: Q(organisation__is_public=True) if code == Standing.PUBLIC else NOBODY,
    ),
}


def taxonomies() -> list[Taxonomy]:
    return [
        Taxonomy(id=id_of(name), name=str(name.label), description=str(source.description), version="1")
        for name, source in SOURCES.items()
    ]


def terms(of: List) -> list[TaxonomyTerm]:
    return [term(of, code, label) for code, label in SOURCES[of].terms().items()]


def term(of: List, code: str, label: str) -> TaxonomyTerm:
    return TaxonomyTerm(
        id=derived(of, code),
        code=code,
        name=label,
        description=label,
        taxonomy=str(of.label),
        language=(get_language() or "fr")[:2],
    )


def id_of(taxonomy: List) -> UUID:
    return derived(taxonomy)


def bearing(term_id: UUID) -> Q:
    """The services that bear this term: none, when no taxonomy of ours has it."""
    for of, source in SOURCES.items():
        for code in source.terms():
            if derived(of, code) == term_id:
                return source.services(code)
    return NOBODY


def bearing_any(taxonomy_id: UUID) -> Q:
    """The services that bear any term of this taxonomy."""
    found = NOBODY
    for of, source in SOURCES.items():
        if id_of(of) == taxonomy_id:
            for code in source.terms():
                found |= source.services(code)
    return found


def tagged(row: UUID, of: List, code: str, label: str, *, value: str | None = None) -> Attribute:
    return Attribute(
        id=derived(row, of, code),
        link_type=str(of),
        value=value,
        label=label,
        taxonomy_term=term(of, code, label),
    )
