"""Addresses of the course of a case: status, plan, services, follow-up, end, transfer."""

from django.urls import path

from referral.views import approvals, course, plan, services_page, transfers

urlpatterns = [
    path("cases/<uuid:pk>/status/", course.case_status, name="case_status"),
    path("cases/<uuid:pk>/plan/", plan.plan, name="plan"),
    path("cases/<uuid:pk>/plan/print/", plan.plan_print, name="plan_print"),
    path("cases/<uuid:pk>/plan/begin/", plan.plan_begin, name="plan_begin"),
    path("cases/<uuid:pk>/plan/agreement/", plan.plan_agree, name="plan_agree"),
    path("cases/<uuid:pk>/plan/goals/new/", plan.goal_new, name="goal_new"),
    path("goals/<uuid:pk>/", plan.goal_change, name="goal_change"),
    path("goals/<uuid:pk>/end/", plan.goal_end, name="goal_end"),
    path("goals/<uuid:pk>/reopen/", plan.goal_reopen, name="goal_reopen"),
    path("cases/<uuid:pk>/services/", services_page.case_services, name="case_services"),
    path("cases/<uuid:pk>/solution/", course.case_solution, name="case_solution"),
    path("cases/<uuid:pk>/follow-up/", course.case_follow_up, name="case_follow_up"),
    path("cases/<uuid:pk>/how-it-goes/", course.case_follow, name="case_follow"),
    path("cases/<uuid:pk>/reactivate/", course.case_reactivate, name="case_reactivate"),
    path("cases/<uuid:pk>/redirect-out/", course.case_redirect_out, name="case_redirect_out"),
    path("cases/<uuid:pk>/close/ask/", course.case_close_ask, name="case_close_ask"),
    path("cases/<uuid:pk>/reopen/", course.case_reopen, name="case_reopen"),
    path("cases/<uuid:pk>/transfer/", transfers.case_transfer, name="case_transfer"),
    path("transfers/<uuid:pk>/", transfers.transfer, name="transfer"),
    path("transfers/<uuid:pk>/accept/", transfers.transfer_accept, name="transfer_accept"),
    path("transfers/<uuid:pk>/decline/", transfers.transfer_decline, name="transfer_decline"),
    path("transfers/<uuid:pk>/withdraw/", transfers.transfer_withdraw, name="transfer_withdraw"),
    path("tasks/<uuid:pk>/decide/", approvals.task_decide, name="task_decide"),
    path("tasks/<uuid:pk>/answer/", approvals.task_answer, name="task_answer"),
    path("tasks/<uuid:pk>/withdraw/", approvals.task_withdraw, name="task_withdraw"),
]
