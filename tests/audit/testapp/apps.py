from django.apps import AppConfig


class AuditTestAppConfig(AppConfig):
    name = "tests.audit.testapp"
    label = "audit_testapp"
