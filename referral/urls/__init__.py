"""Addresses of the referral package, by journey. Each has its row in the table of tests/test_access.py."""

from referral.urls import cases, duty, intake, paper, referrals, settings, supervision, worker

urlpatterns = [
    *intake.urlpatterns,
    *cases.urlpatterns,
    *duty.urlpatterns,
    *paper.urlpatterns,
    *referrals.urlpatterns,
    *worker.urlpatterns,
    *supervision.urlpatterns,
    *settings.urlpatterns,
]
