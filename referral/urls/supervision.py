"""What supervisors and national coordination look at to find what stands still."""

from django.urls import path

from referral.views import answers, lost

urlpatterns = [
    path("reports/lost/", lost.lost_loops, name="lost_loops"),
    path("reports/answers/", answers.answers, name="answers"),
]
