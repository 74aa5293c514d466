"""Addresses of the duty: the roster, its button, and who stands in for whom."""

from django.urls import path

from referral.views import cover, duty

urlpatterns = [
    path("duty/", duty.duty, name="duty"),
    path("duty/new/", duty.duty_add, name="duty_add"),
    path("duty/take/", duty.duty_take, name="duty_take"),
    path("duty/hand-over/", duty.duty_hand_over, name="duty_hand_over"),
    path("duty/<uuid:pk>/remove/", duty.duty_remove, name="duty_remove"),
    path("cover/", cover.cover, name="cover"),
    path("cover/<uuid:pk>/absence/", cover.cover_absence, name="cover_absence"),
    path("cover/<uuid:pk>/move/", cover.cover_move, name="cover_move"),
    path("cover/absences/<uuid:pk>/end/", cover.absence_end, name="absence_end"),
]
