from django.urls import include, path

from config import views

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"

urlpatterns = [
    path("health/live", views.live, name="health-live"),
    path("health/ready", views.ready, name="health-ready"),
    path("csp-report/", views.csp_report, name="csp-report"),
    path("", include("partners.urls")),
    path("", include("referral.urls")),
]
