"""Django's cache in Redis, with one client for all questions and one question for a count.

Django makes a new client for each question, which takes longer than the question.
"""

from typing import Any

from django.core.cache.backends import redis


class _OneClient(redis.RedisCacheClient):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clients: dict[bool, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """The client that is there, which threads may share."""
        if write not in self._clients:
            self._clients[write] = super().get_client(key, write=write)
        return self._clients[write]

    def incr(self, key: Any, delta: int) -> Any:
        """The number after adding, in one question; ValueError where there was none: what began just now has no end."""
        client = self.get_client(key, write=True)
        number = client.incr(key, delta)
        if number == delta and client.ttl(key) < 0:
            client.unlink(key)
            raise ValueError(f"There is no number under {key!r}.")
        return number


class RedisCache(redis.RedisCache):
    """The same cache otherwise."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _OneClient
