"""What supervisors and national coordination look at to find what stands still."""

from django.urls import path

from referral.views import answers, desks, fingerprint, lost, proof, supervision

urlpatterns = [
    path("supervision/", supervision.supervision, name="supervision"),
    path("supervision/fingerprint/", fingerprint.fingerprint, name="fingerprint"),
    path("supervision/fingerprint/paper/", fingerprint.fingerprint_paper, name="fingerprint_paper"),
    path("supervision/proof/", proof.proof, name="proof"),
    path("supervision/proof/verify.py", proof.script, name="proof_script"),
    path("supervision/proof/log.zip", proof.log, name="proof_log"),
    path("reports/lost/", lost.lost_loops, name="lost_loops"),
    path("desks/", desks.empty_desks_page, name="empty_desks"),
    path("desks/<uuid:pk>/move/", desks.move, name="desk_move"),
    path("reports/answers/", answers.answers, name="answers"),
]
