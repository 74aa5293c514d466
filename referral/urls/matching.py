"""Addresses of looking for a person, and of files that may be one person's."""

from django.urls import path

from referral.views import duplicates

urlpatterns = [
    path("cases/search/", duplicates.case_search, name="case_search"),
    path("cases/<uuid:pk>/duplicates/", duplicates.case_duplicates, name="case_duplicates"),
    path("duplicates/", duplicates.duplicate_list, name="duplicates"),
    path("duplicates/<uuid:pk>/", duplicates.duplicate, name="duplicate"),
    path("duplicates/<uuid:pk>/undo/", duplicates.duplicate_undo, name="duplicate_undo"),
]
