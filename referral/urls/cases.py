"""Addresses of the case journey: home, notices, files, consent, grounds, titles, tasks, reports, drafts."""

from django.urls import path

from referral.views import basis, cases, consent, decisions, drafts, home, intake, reports, tasks, titles

urlpatterns = [
    path("", home.home, name="home"),
    path("notices/", home.notices, name="notices"),
    path("notices/<uuid:pk>/", home.notice, name="notice"),
    path("cases/", cases.case_list, name="cases"),
    path("cases/new/", intake.case_new, name="case_new"),
    path("cases/<uuid:pk>/", cases.case, name="case"),
    path("cases/<uuid:pk>/edit/", intake.case_edit, name="case_edit"),
    path("cases/<uuid:pk>/reveal/", cases.case_reveal, name="case_reveal"),
    path("cases/<uuid:pk>/looks/", cases.case_looks, name="case_looks"),
    path("cases/<uuid:pk>/print/", cases.case_print, name="case_print"),
    path("cases/<uuid:pk>/protect/", decisions.case_protect, name="case_protect"),
    path("cases/<uuid:pk>/close/", decisions.case_close, name="case_close"),
    path("cases/<uuid:pk>/assign/", decisions.case_assign, name="case_assign"),
    path("cases/<uuid:pk>/take-in/", decisions.case_take_in, name="case_take_in"),
    path("cases/<uuid:pk>/age/", decisions.case_age, name="case_age"),
    path("cases/<uuid:pk>/consent/", consent.consent, name="consent"),
    path("cases/<uuid:pk>/consent/withdraw/", consent.consent_withdraw, name="consent_withdraw"),
    path("cases/<uuid:pk>/ground/", basis.ground, name="ground"),
    path("grounds/<uuid:pk>/", basis.ground_decide, name="ground_decide"),
    path("cases/<uuid:pk>/title/", titles.title, name="title"),
    path("titles/", titles.title_list, name="titles"),
    path("titles/<uuid:pk>/", titles.title_confirm, name="title_confirm"),
    path("tasks/", tasks.task_list, name="tasks"),
    path("tasks/<uuid:pk>/done/", tasks.task_done, name="task_done"),
    path("tasks/<uuid:pk>/objection/", tasks.objection, name="objection"),
    path("alerts/", reports.alert_list, name="alerts"),
    path("alerts/new/", reports.alert_new, name="alert_new"),
    path("drafts/<str:form>/<uuid:about>/", drafts.draft_save, name="draft_save"),
    path("session/keep/", drafts.session_keep, name="session_keep"),
]
