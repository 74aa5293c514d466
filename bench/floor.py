"""The floor: a plain Django page of the same rows. Session, user, 25 referrals in 8 clear cells, a template."""

from typing import Any

from django.shortcuts import render

from referral.models import Referral

#: As `startproject` sets it up, in two languages.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROWS = 25


def floor(request: Any) -> Any:
    # The engine without the product's context processors.
    shown = {"user": request.user, "rows": Referral.objects.order_by("pk")[:ROWS]}
    return render(request, "floor.html", shown, using="errors")
