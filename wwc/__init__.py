"""The project package: ground floor and front door."""

from wwc.celery import app as celery_app

__all__ = ["celery_app"]
