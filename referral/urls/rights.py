"""Addresses of what a person may ask about her or his data, and of how long it is kept."""

from django.urls import path

from referral.views import erasure, holds, own_data, retention, rights

urlpatterns = [
    path("cases/<uuid:pk>/rights/", rights.case_rights, name="case_rights"),
    path("cases/<uuid:pk>/rights/new/", rights.request_new, name="request_new"),
    path("cases/<uuid:pk>/changes/", own_data.case_changes, name="case_changes"),
    path("cases/<uuid:pk>/hold/", holds.case_hold, name="case_hold"),
    path("cases/<uuid:pk>/erasure/", erasure.case_erasure, name="case_erasure"),
    path("rights/<uuid:pk>/", rights.request, name="request"),
    path("rights/<uuid:pk>/report/", own_data.request_report, name="request_report"),
    path("retention/", retention.retention_page, name="retention"),
    path("retention/<slug:kind>/", retention.retention_edit, name="retention_edit"),
]
