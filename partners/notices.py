"""Mails to people who have no account yet. They say that a link waits, and nothing of what it is for."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from partners.models import Invitation


def link(token: str, origin: str) -> str:
    return origin.rstrip("/") + reverse("invitation", args=[token])


def invite(invitation: Invitation, token: str, origin: str) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        context = {
            "link": link(token, origin),
            "expires_at": invitation.expires_at,
            "site_name": settings.RELAIS_SITE_NAME,
        }
        body = render_to_string("mail/invitation.txt", context)
        send_mail(translation.gettext("An access is waiting for you"), body, None, [invitation.email])
