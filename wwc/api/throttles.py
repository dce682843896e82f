"""How much one client may ask: counted in Redis or in the process, never in the database."""

from typing import Any

from django.core.cache import BaseCache, caches
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, SimpleRateThrottle, UserRateThrottle


class Counted(SimpleRateThrottle):
    """So many requests in an hour that begins with the first of them: a number, where a list of all would go to and fro each time."""

    duration: int
    num_requests: int
    cache_format = "counted_%(scope)s_%(ident)s"

    @property
    def cache(self) -> BaseCache:  # type: ignore[override]
        """Where the counts are."""
        return caches["throttle"]

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count it, and say whether it is within the limit."""
        self.key = self.get_cache_key(request, view)
        if self.key is None:
            return True
        try:
            seen = self.cache.incr(self.key)
        except ValueError:
            self.cache.set(f"{self.key}_until", self.timer() + self.duration, self.duration)
            seen = 1 if self.cache.add(self.key, 1, self.duration) else self.cache.incr(self.key)
        return bool(seen <= self.num_requests)

    def wait(self) -> float:
        """The seconds until counting begins anew."""
        return max(1.0, self.cache.get(f"{self.key}_until", 0) - self.timer())


class Anonymous(Counted, AnonRateThrottle):
    """By address, whoever may be signed in to the pages there."""

    scope = "anonymous"

    def get_cache_key(self, request: Any, view: Any) -> str:
        """Always one."""
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class Token(Counted, UserRateThrottle):
    """By the token's person."""

    scope = "token"
