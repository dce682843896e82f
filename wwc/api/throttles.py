"""How much one client may ask: counted in Redis or in the process, never in the database."""

from django.core.cache import BaseCache, caches
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle


class Anonymous(AnonRateThrottle):
    """By address."""

    scope = "anonymous"

    @property
    def cache(self) -> BaseCache:  # type: ignore[override]
        """Where the counts are."""
        return caches["throttle"]


class Token(UserRateThrottle):
    """By the token's person."""

    scope = "token"

    @property
    def cache(self) -> BaseCache:  # type: ignore[override]
        """Where the counts are."""
        return caches["throttle"]
