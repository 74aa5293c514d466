"""Addresses around consent: who stands beside a child, the sheet for the office, the texts that are read aloud."""

from django.urls import path

from referral.views import consent_texts, guardians, sheets

urlpatterns = [
    path("cases/<uuid:pk>/consent/sheet/", sheets.consent_sheet, name="consent_sheet"),
    path("cases/<uuid:pk>/guardians/", guardians.guardian_list, name="guardians"),
    path("cases/<uuid:pk>/guardians/new/", guardians.guardian_new, name="guardian_new"),
    path("guardians/<uuid:pk>/", guardians.guardian_edit, name="guardian_edit"),
    path("guardians/<uuid:pk>/standing/", guardians.guardian_standing, name="guardian_standing"),
    path("guardians/<uuid:pk>/reason/", guardians.guardian_reason, name="guardian_reason"),
    path("guardians/<uuid:pk>/decide/", guardians.guardian_decide, name="guardian_decide"),
    path("consent-texts/", consent_texts.text_list, name="consent_texts"),
    path("consent-texts/<uuid:pk>/", consent_texts.text_edit, name="consent_text"),
    path("consent-texts/<uuid:pk>/validate/", consent_texts.text_validate, name="consent_text_validate"),
]
