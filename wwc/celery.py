"""The Celery app; finds `tasks.py` in every app."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wwc.settings")

app = Celery("wwc")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
