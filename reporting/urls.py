"""Addresses of the reports. Each has its row in the table of tests/addresses."""

from django.urls import path

from reporting.views import cdp, gap, home, organisation, sunday

urlpatterns = [
    path("reports/", home.reports, name="reports"),
    path("reports/organisation/", organisation.organisation, name="report_organisation"),
    path(
        "reports/organisation/<slug:kind>/", organisation.organisation_file, name="report_organisation_file"
    ),
    path("supervision/cdp/", cdp.cdp, name="cdp"),
    path("supervision/cdp/<slug:kind>/<slug:language>/", cdp.cdp_file, name="cdp_file"),
    path("reports/sunday/", sunday.sunday, name="report_sunday"),
    path("reports/shelter-gap/", gap.shelter_gap, name="report_shelter_gap"),
]
