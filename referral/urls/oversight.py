"""Addresses of what comes from outside or goes past the house: orders of justice, complaints, incidents."""

from django.urls import path

from referral.views import complaints, incidents, orders

urlpatterns = [
    path("cases/<uuid:pk>/orders/", orders.case_orders, name="case_orders"),
    path("cases/<uuid:pk>/orders/new/", orders.order_new, name="order_new"),
    path("orders/", orders.order_journal, name="orders"),
    path("orders/verbal/", orders.verbal_new, name="verbal_new"),
    path("orders/verbal/<uuid:pk>/", orders.verbal, name="verbal"),
    path("orders/<uuid:pk>/", orders.order, name="order"),
    path("orders/<uuid:pk>/check/", orders.order_check, name="order_check"),
    path("orders/<uuid:pk>/make/", orders.order_make, name="order_make"),
    path("orders/<uuid:pk>/extract/", orders.order_extract, name="order_extract"),
    path("complaints/", complaints.complaint_list, name="complaints"),
    path("complaints/new/", complaints.complaint_new, name="complaint_new"),
    path("complaints/sheet/", complaints.complaint_sheet, name="complaint_sheet"),
    path("complaints/desk/", complaints.complaint_desk_edit, name="complaint_desk"),
    path("complaints/<uuid:pk>/", complaints.complaint, name="complaint"),
    path("incidents/", incidents.incident_list, name="incidents"),
    path("incidents/new/", incidents.incident_new, name="incident_new"),
    path("incidents/<uuid:pk>/", incidents.incident, name="incident"),
    path("incidents/<uuid:pk>/close/", incidents.incident_close, name="incident_close"),
]
