"""Addresses of machines and of who keeps them: the background worker, answers by text message."""

from django.urls import path

from referral.views import replies, worker

urlpatterns = [
    path("gateway/replies/", replies.reply, name="gateway_reply"),
    path("worker/", worker.worker_page, name="worker"),
    path("worker/jobs/<int:pk>/retry/", worker.job_retry, name="job_retry"),
    path("worker/deliveries/<int:pk>/retry/", worker.delivery_retry, name="delivery_retry"),
]
