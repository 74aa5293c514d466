"""The way to the centre, and the one page on which an escort reads where a protected house stands."""

from django.urls import path

from referral.views import trip_acts, trips

urlpatterns = [
    path("referrals/<uuid:pk>/trip/", trip_acts.plan, name="trip_plan"),
    path("trips/<uuid:pk>/", trips.trip, name="trip"),
    path("trips/<uuid:pk>/words/", trips.words, name="trip_words"),
    path("trips/<uuid:pk>/handover/", trips.handover, name="trip_handover"),
    path("trips/<uuid:pk>/address/", trips.address, name="trip_address"),
    path("trips/<uuid:pk>/change/", trip_acts.change, name="trip_change"),
    path("trips/<uuid:pk>/departure/", trip_acts.depart, name="trip_depart"),
    path("trips/<uuid:pk>/night/", trip_acts.night, name="trip_night"),
    path("trips/<uuid:pk>/break-off/", trip_acts.break_off, name="trip_break_off"),
    path("trips/<uuid:pk>/release/", trip_acts.release, name="trip_release"),
    path("trips/<uuid:pk>/take-back/", trip_acts.take_back, name="trip_take_back"),
]
