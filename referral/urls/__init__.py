"""Addresses of the referral package, by journey. Each has its row in the table of tests/test_access.py."""

from referral.urls import (
    arrivals,
    attachments,
    cases,
    consent,
    course,
    duty,
    exchange,
    intake,
    justice,
    matching,
    paper,
    referrals,
    rights,
    settings,
    supervision,
    worker,
)

urlpatterns = [
    *attachments.urlpatterns,
    *intake.urlpatterns,
    *arrivals.urlpatterns,
    *cases.urlpatterns,
    *consent.urlpatterns,
    *course.urlpatterns,
    *duty.urlpatterns,
    *justice.urlpatterns,
    *matching.urlpatterns,
    *exchange.urlpatterns,
    *paper.urlpatterns,
    *referrals.urlpatterns,
    *worker.urlpatterns,
    *supervision.urlpatterns,
    *settings.urlpatterns,
    *rights.urlpatterns,
]
