"""Addresses of the papers of a file."""

from django.urls import path

from referral.views import attachments

urlpatterns = [
    path("cases/<uuid:pk>/attachments/new/", attachments.attachment_add, name="attachment_add"),
    path("attachments/<uuid:pk>/", attachments.attachment, name="attachment"),
    path("attachments/<uuid:pk>/file/", attachments.attachment_file, name="attachment_file"),
    path("attachments/<uuid:pk>/remove/", attachments.attachment_remove, name="attachment_remove"),
]
