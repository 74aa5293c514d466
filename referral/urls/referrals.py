"""The journey of a referral. What is not named here is an act: one confirmation page each, by the table of `acts`."""

from django.urls import path

from referral.views import acts, care, inbox, page, printing, routing, sending

urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("routing/", routing.routing, name="routing"),
    path("referrals/", inbox.sent, name="referrals"),
    path("cases/<uuid:pk>/refer/", sending.refer, name="case_refer"),
    path("referrals/<uuid:pk>/", page.referral, name="referral"),
    path("referrals/<uuid:pk>/check/", sending.check, name="referral_check"),
    path("referrals/<uuid:pk>/shared/", page.shared, name="referral_shared"),
    path("referrals/<uuid:pk>/safety-extract/", care.extract, name="referral_extract"),
    path("referrals/<uuid:pk>/departure/", care.departure, name="referral_departure"),
    path("referrals/<uuid:pk>/print/", printing.slip, name="referral_print"),
    path("referrals/<uuid:pk>/<str:action>/", acts.act, name="referral_act"),
]
