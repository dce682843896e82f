"""One hash for the same inputs: same rulebook, same verdicts, same engine."""

from collections.abc import Mapping
from hashlib import sha256

import orjson

from criteria.scoring.rulebook import Rulebook, Verdict

ENGINE_VERSION = "1"
"""Raised whenever the same inputs could give another score."""


def fingerprint(rulebook: Rulebook, verdicts: Mapping[str, Verdict]) -> str:
    """SHA-256 of rulebook, verdicts and engine version as sorted JSON; the order in which they are written never matters."""
    said = orjson.dumps(rulebook.checked(verdicts), option=orjson.OPT_SORT_KEYS)
    inputs = b'{"engine":%b,"rulebook":%b,"verdicts":%b}' % (orjson.dumps(ENGINE_VERSION), rulebook.written, said)
    return sha256(inputs).hexdigest()
