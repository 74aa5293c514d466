"""Addresses of the technical administrator in this package: the background worker."""

from django.urls import path

from referral.views import worker

urlpatterns = [
    path("worker/", worker.worker_page, name="worker"),
    path("worker/jobs/<int:pk>/retry/", worker.job_retry, name="job_retry"),
    path("worker/deliveries/<int:pk>/retry/", worker.delivery_retry, name="delivery_retry"),
]
