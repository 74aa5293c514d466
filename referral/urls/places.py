"""The houses: bed board, headcount, walk-ins, stays; the national board."""

from django.urls import path

from referral.views import board, national, stays, walk_ins

urlpatterns = [
    path("places/", board.places_list, name="places"),
    path("places/headcount/", board.headcount, name="places-headcount"),
    path("places/national/", national.places_national, name="places-national"),
    path("places/<uuid:pk>/walk-in/", walk_ins.walk_in_new, name="walk-in-new"),
    path("places/walk-ins/<uuid:pk>/", walk_ins.walk_in, name="walk-in"),
    path("places/walk-ins/<uuid:pk>/left/", walk_ins.walk_in_left, name="walk-in-left"),
    path("places/walk-ins/<uuid:pk>/mistake/", walk_ins.walk_in_mistake, name="walk-in-mistake"),
    path("places/walk-ins/<uuid:pk>/move/", walk_ins.walk_in_move, name="walk-in-move"),
    path("places/walk-ins/<uuid:pk>/referred/", walk_ins.walk_in_referred, name="walk-in-referred"),
    path("places/walk-ins/<uuid:pk>/apart/", walk_ins.walk_in_apart, name="walk-in-apart"),
    path("referrals/<uuid:pk>/move/", stays.move, name="stay-move"),
    path("referrals/<uuid:pk>/leave/", stays.leave, name="stay-leave"),
]
