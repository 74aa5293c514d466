"""Addresses of what national coordination sets without a programmer: deadlines, rules for regions, holidays."""

from django.urls import path

from referral.views import holidays, routing_rules, terms

urlpatterns = [
    path("deadlines/", terms.term_list, name="terms"),
    path("deadlines/values/<uuid:pk>/", terms.term_edit, name="term_edit"),
    path("deadlines/values/<uuid:pk>/remove/", terms.term_remove, name="term_remove"),
    path("deadlines/<slug:clock>/", terms.clock_page, name="clock"),
    path("deadlines/<slug:clock>/new/", terms.term_add, name="term_add"),
    path("routing-rules/", routing_rules.rule_list, name="routing_rules"),
    path("routing-rules/new/", routing_rules.rule_add, name="routing_rule_add"),
    path("routing-rules/<uuid:pk>/", routing_rules.rule_edit, name="routing_rule_edit"),
    path("routing-rules/<uuid:pk>/remove/", routing_rules.rule_remove, name="routing_rule_remove"),
    path("holidays/", holidays.holiday_list, name="holidays"),
    path("holidays/new/", holidays.holiday_add, name="holiday_add"),
    path("holidays/propose/<int:year>/", holidays.holiday_propose, name="holiday_propose"),
    path("holidays/<uuid:pk>/", holidays.holiday_edit, name="holiday_edit"),
    path("holidays/<uuid:pk>/remove/", holidays.holiday_remove, name="holiday_remove"),
]
