"""Addresses of paper mode."""

from django.urls import path

from referral.views import paper

urlpatterns = [
    path("paper/", paper.paper_page, name="paper"),
    path("paper/duty/", paper.duty_sheet, name="duty_sheet"),
    path("paper/<uuid:pk>/", paper.paper_pad, name="paper_pad"),
]
