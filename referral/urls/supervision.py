"""What supervisors and national coordination look at to find what stands still."""

from django.urls import path

from referral.views import (
    answers,
    desks,
    fingerprint,
    glass,
    in_hand,
    looked,
    lost,
    monitor,
    proof,
    supervised,
    supervision,
    unusual,
)

urlpatterns = [
    path("supervision/", supervision.supervision, name="supervision"),
    path("supervision/fingerprint/", fingerprint.fingerprint, name="fingerprint"),
    path("supervision/fingerprint/paper/", fingerprint.fingerprint_paper, name="fingerprint_paper"),
    path("supervision/proof/", proof.proof, name="proof"),
    path("supervision/proof/verify.py", proof.script, name="proof_script"),
    path("supervision/proof/log.zip", proof.log, name="proof_log"),
    path("supervision/break-glass/", glass.break_glass, name="break_glass"),
    path("supervision/break-glass/<uuid:pk>/", glass.glass_review, name="glass_review"),
    path("supervision/break-glass/<uuid:pk>/lift/", glass.glass_lift, name="glass_lift"),
    path("supervision/files/", supervised.files, name="supervised_files"),
    path("supervision/files/<uuid:pk>/", supervised.file, name="supervised_file"),
    path("supervision/files/<uuid:pk>/print/", supervised.file_print, name="supervised_file_print"),
    path("supervision/files/<uuid:pk>/looks/", supervised.file_looks, name="supervised_file_looks"),
    path("supervision/people/", looked.people, name="supervised_people"),
    path("supervision/people/<uuid:pk>/", looked.person, name="supervised_person"),
    path("supervision/unusual/", unusual.unusual_access, name="unusual_access"),
    path("supervision/unusual/<uuid:pk>/", unusual.finding, name="unusual_finding"),
    path("supervision/monitor/", monitor.monitor, name="monitor"),
    path("supervision/monitor/<slug:code>/", monitor.sampled, name="monitored_file"),
    path("cases/<uuid:pk>/in-hand/", in_hand.case_in_hand, name="case_in_hand"),
    path("reports/lost/", lost.lost_loops, name="lost_loops"),
    path("desks/", desks.empty_desks_page, name="empty_desks"),
    path("desks/<uuid:pk>/move/", desks.move, name="desk_move"),
    path("reports/answers/", answers.answers, name="answers"),
]
