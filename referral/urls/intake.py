"""Addresses of the first meeting: a file opened topic by topic or on one page, elements of trafficking, the card."""

from django.urls import path

from referral.views import cards, guided, intake, screened

urlpatterns = [
    path("cases/new/", guided.case_new, name="case_new"),
    path("cases/new/page/", intake.case_new_page, name="case_new_page"),
    path("cases/new/<uuid:about>/", guided.topics, name="intake"),
    path("cases/new/<uuid:about>/check/", guided.check, name="intake_check"),
    path("cases/new/<uuid:about>/drop/", guided.drop, name="intake_drop"),
    path("cases/new/<uuid:about>/<slug:topic>/", guided.question, name="intake_topic"),
    path("cases/<uuid:pk>/screening/", screened.case_screening, name="case_screening"),
    path("cases/<uuid:pk>/card/", cards.case_card, name="case_card"),
    path("cases/<uuid:pk>/card/print/", cards.card_print, name="card_print"),
    path("cards/", cards.find, name="cards"),
]
