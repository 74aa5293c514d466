"""Addresses of the referral package, by journey. Each has its row in the table of tests/test_access.py."""

from referral.urls import cases, course, duty, paper, referrals, settings, supervision, worker

urlpatterns = [
    *cases.urlpatterns,
    *course.urlpatterns,
    *duty.urlpatterns,
    *paper.urlpatterns,
    *referrals.urlpatterns,
    *worker.urlpatterns,
    *supervision.urlpatterns,
    *settings.urlpatterns,
]
