"""Addresses of many persons at once: arrivals, and the one referral of several of them."""

from django.urls import path

from referral.views import arrivals, group_grounds, group_page, group_sending

urlpatterns = [
    path("arrivals/", arrivals.arrival_list, name="arrivals"),
    path("arrivals/new/", arrivals.arrival_new, name="arrival_new"),
    path("arrivals/<uuid:pk>/", arrivals.arrival, name="arrival"),
    path("arrivals/<uuid:pk>/people/", arrivals.arrival_people, name="arrival_people"),
    path("arrivals/<uuid:pk>/slips/", arrivals.arrival_slips, name="arrival_slips"),
    path("arrivals/<uuid:pk>/refer/", group_sending.arrival_refer, name="arrival_refer"),
    path("arrivals/<uuid:pk>/ground/", group_sending.arrival_ground, name="arrival_ground"),
    path("arrivals/<uuid:pk>/grounds/", group_grounds.arrival_grounds, name="arrival_grounds"),
    path("referrals/groups/<uuid:pk>/", group_page.group_referral, name="group_referral"),
    path("referrals/groups/<uuid:pk>/acknowledge/", group_page.group_acknowledge, name="group_acknowledge"),
    path("referrals/groups/<uuid:pk>/answer/", group_page.group_answer, name="group_answer"),
]
