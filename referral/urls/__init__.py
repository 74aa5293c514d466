"""Addresses of the referral package, by journey. Each has its row in the table of tests/test_access.py."""

from referral.urls import arrivals, cases, duty, paper, referrals, settings, supervision, worker

urlpatterns = [
    *arrivals.urlpatterns,
    *cases.urlpatterns,
    *duty.urlpatterns,
    *paper.urlpatterns,
    *referrals.urlpatterns,
    *worker.urlpatterns,
    *supervision.urlpatterns,
    *settings.urlpatterns,
]
