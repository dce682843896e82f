"""App config."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, sign-in and their tokens."""

    name = "wwc.accounts"
    label = "accounts"
