"""What supervisors and national coordination look at to find what stands still."""

from django.urls import path

from referral.views import answers, desks, glass, in_hand, lost, supervision

urlpatterns = [
    path("supervision/", supervision.supervision, name="supervision"),
    path("supervision/break-glass/", glass.break_glass, name="break_glass"),
    path("supervision/break-glass/<uuid:pk>/", glass.glass_review, name="glass_review"),
    path("supervision/break-glass/<uuid:pk>/lift/", glass.glass_lift, name="glass_lift"),
    path("cases/<uuid:pk>/in-hand/", in_hand.case_in_hand, name="case_in_hand"),
    path("reports/lost/", lost.lost_loops, name="lost_loops"),
    path("desks/", desks.empty_desks_page, name="empty_desks"),
    path("desks/<uuid:pk>/move/", desks.move, name="desk_move"),
    path("reports/answers/", answers.answers, name="answers"),
]
