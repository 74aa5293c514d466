"""Addresses around a file: steps of justice, case conferences, the questions of a ministry."""

from django.urls import path

from referral.views import conferences, justice, questions

urlpatterns = [
    path("cases/<uuid:pk>/justice/", justice.case_justice, name="case_justice"),
    path("justice/", justice.step_list, name="steps"),
    path("justice/<uuid:pk>/", justice.step_confirm, name="step_confirm"),
    path("justice/<uuid:pk>/strike/", justice.step_strike, name="step_strike"),
    path("cases/<uuid:pk>/conferences/", conferences.case_conferences, name="case_conferences"),
    path("cases/<uuid:pk>/conferences/new/", conferences.conference_new, name="conference_new"),
    path("conferences/<uuid:pk>/", conferences.conference, name="conference"),
    path("conferences/<uuid:pk>/print/", conferences.conference_print, name="conference_print"),
    path("questions/", questions.question_list, name="questions"),
    path("questions/new/", questions.question_add, name="question_add"),
    path("questions/<uuid:pk>/retire/", questions.question_retire, name="question_retire"),
    path("referrals/<uuid:pk>/questions/", questions.referral_questions, name="referral_questions"),
]
