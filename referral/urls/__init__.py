"""Addresses of the referral package, by journey. Each has its row in the table of tests/test_access.py."""

from referral.urls import cases, referrals

urlpatterns = [*cases.urlpatterns, *referrals.urlpatterns]
