"""Names stand where people look for them: accents and capitals put nobody at the end of a list."""

import pytest
from django.urls import reverse

from partners.alphabet import Alphabetical, alphabetical
from partners.models import Region, User
from tests import cast as c
from tests.referral.pages import sign_in

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def test_regions_and_people_are_offered_as_a_dictionary_has_them(cast: c.Cast) -> None:
    page = sign_in(cast.aissatou).get(reverse("case_new_page"))
    names = [str(label) for value, label in page.context["form"]["region"].field.choices if value]
    assert names == sorted(Region.objects.values_list("name", flat=True), key=alphabetical)
    assert names.index("Kaolack") < names.index("Kédougou") < names.index("Kolda")

    with c.acting(), c.transaction.atomic():
        for name in ("zoé", "émile", "fatoumata"):
            c.person(name, cast.unit, "caseworker", at=cast.at)
    case = c.open_case(cast)
    owners = sign_in(cast.bineta).get(reverse("case_assign", args=[case.pk])).context["form"]["owner"].field
    assert [user.name for user in owners.queryset] == ["Émile", "Fatoumata", "Zoé"]


def test_the_database_and_python_agree(cast: c.Cast) -> None:
    names = [
        "Œuvre",
        "Zig",
        "élan",
        "ELAN vital",
        "Étoile",
        "Ñaanbi",
        "naanbo",
        "Ça va",
        "cab",
        "Aïda",
        "aide",
    ]
    with c.acting(), c.transaction.atomic():
        for number, name in enumerate(names):
            user = c.person(f"p{number}", cast.centre, at=cast.at)
            user.name = name
            c.write(user, fields=["name"])
    found = User.objects.filter(name__in=names)
    assert [user.name for user in found.order_by(Alphabetical("name"))] == sorted(names, key=alphabetical)
