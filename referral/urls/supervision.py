"""What supervisors and national coordination look at to find what stands still."""

from django.urls import path

from referral.views import answers, desks, lost, supervision

urlpatterns = [
    path("supervision/", supervision.supervision, name="supervision"),
    path("reports/lost/", lost.lost_loops, name="lost_loops"),
    path("desks/", desks.empty_desks_page, name="empty_desks"),
    path("desks/<uuid:pk>/move/", desks.move, name="desk_move"),
    path("reports/answers/", answers.answers, name="answers"),
]
