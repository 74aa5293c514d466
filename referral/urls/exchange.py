"""Registers that come in, and files that go out (HTCDS 2.0)."""

from django.urls import path

from referral.views import exports, imports

urlpatterns = [
    path("imports/", imports.import_list, name="imports"),
    path("imports/new/", imports.import_new, name="import_new"),
    path("imports/template.<str:kind>", imports.import_template, name="import_template"),
    path("imports/<uuid:pk>/", imports.import_page, name="import"),
    path("imports/<uuid:pk>/end/", imports.import_end, name="import_end"),
    path("cases/<uuid:pk>/imported/", imports.case_imported, name="case_imported"),
    path("exports/", exports.export_list, name="exports"),
    path("exports/new/", exports.export_new, name="export_new"),
    path("exports/<uuid:pk>/", exports.export_page, name="export"),
    path("exports/<uuid:pk>/withdraw/", exports.export_withdraw, name="export_withdraw"),
    path("exports/<uuid:pk>/file/", exports.export_file, name="export_file"),
]
