"""Addresses of the referral package, by journey. Each has its row in the table of tests/test_access.py."""

from referral.urls import cases, duty, exchange, paper, referrals, settings, supervision, worker

urlpatterns = [
    *cases.urlpatterns,
    *duty.urlpatterns,
    *exchange.urlpatterns,
    *paper.urlpatterns,
    *referrals.urlpatterns,
    *worker.urlpatterns,
    *supervision.urlpatterns,
    *settings.urlpatterns,
]
