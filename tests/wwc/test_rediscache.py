"""The cache in Redis counts in one question, and what it began to count has an end."""

import os

import pytest
from django.core.cache.backends.redis import RedisCacheClient

from wwc.rediscache import RedisCache


@pytest.fixture
def cache():
    address = os.environ.get("TEST_REDIS_URL") or os.environ.get("REDIS_URL")
    if not address:
        pytest.skip("without Redis the counts are in the process")
    made = RedisCache(address, {"KEY_PREFIX": "test-counting"})
    made.delete_many(["seen", "zero"])
    yield made
    made.delete_many(["seen", "zero"])


def test_a_number_goes_up_and_keeps_its_end(cache):
    with pytest.raises(ValueError, match="no number"):
        cache.incr("seen")
    assert cache.get("seen") is None, "what was not there is not there now"
    assert cache.add("seen", 1, 60)
    assert [cache.incr("seen") for _ in range(2)] == [2, 3]
    cache.set("zero", 0, 60)
    assert cache.incr("zero") == 1
    client = cache._cache.get_client(write=True)
    assert all(0 < client.ttl(cache.make_and_validate_key(key)) <= 60 for key in ("seen", "zero"))


def test_one_client_is_asked_all_questions(cache):
    assert cache._cache.get_client() is cache._cache.get_client()
    assert RedisCacheClient.get_client(cache._cache) is not cache._cache.get_client()
