"""Addresses of the place call: the sender's pages, and the one page of a centre that is asked."""

from django.urls import path

from referral.views import place_calls, place_offers

urlpatterns = [
    path("cases/<uuid:pk>/place-call/", place_calls.place_call_new, name="place_call_new"),
    path("place-calls/<uuid:pk>/", place_calls.place_call, name="place_call"),
    path("place-calls/<uuid:pk>/close/", place_calls.place_call_close, name="place_call_close"),
    path("place-calls/<uuid:pk>/answer/", place_offers.place_call_answer, name="place_call_answer"),
    path("place-offers/<uuid:pk>/choose/", place_calls.place_call_choose, name="place_call_choose"),
]
