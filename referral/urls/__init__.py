"""Addresses of the referral package, by journey. Each has its row in the table of tests/test_access.py."""

from referral.urls import cases, duty, paper, referrals, rights, settings, supervision, worker

urlpatterns = [
    *cases.urlpatterns,
    *duty.urlpatterns,
    *paper.urlpatterns,
    *referrals.urlpatterns,
    *worker.urlpatterns,
    *supervision.urlpatterns,
    *settings.urlpatterns,
    *rights.urlpatterns,
]
