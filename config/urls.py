from django.urls import include, path

from config import views
from partners.views import people
from partners.views.organisations import organisation_suspend
from referral.forms.leaving import of_person, of_role
from referral.services import leaving
from referral.services.suspension import suspend_organisation

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"

urlpatterns = [
    path("health/live", views.live, name="health-live"),
    path("health/ready", views.ready, name="health-ready"),
    path("csp-report/", views.csp_report, name="csp-report"),
    # What was entrusted to a suspended organisation is handed over, which the packages below referral cannot do.
    path(
        "organisations/<uuid:pk>/suspend/",
        organisation_suspend,
        {"suspend": suspend_organisation},
        name="organisation-suspend",
    ),
    # Nobody leaves with something in their hands, of which those packages know nothing either.
    path(
        "people/<uuid:pk>/deactivate/",
        people.person_deactivate,
        {
            "deactivate": leaving.deactivate_person,
            "holds": leaving.held_in_codes,
            "ask": of_person,
        },
        name="person-deactivate",
    ),
    path(
        "people/roles/<uuid:pk>/end/",
        people.role_end,
        {"end": leaving.end_membership, "ask": of_role},
        name="role-end",
    ),
    path("", include("partners.urls")),
    path("", include("referral.urls")),
    path("", include("reporting.urls")),
]
