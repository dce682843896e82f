"""One hash for the same inputs: same rulebook, same verdicts, same engine."""

import json
from collections.abc import Mapping
from hashlib import sha256

from criteria.scoring.rulebook import Rulebook, Verdict

ENGINE_VERSION = "1"
"""Raised whenever the same inputs could give another score."""


def fingerprint(rulebook: Rulebook, verdicts: Mapping[str, Verdict]) -> str:
    """SHA-256 of rulebook, verdicts and engine version as sorted JSON; the order in which they are written never matters."""
    checked = rulebook.checked(verdicts)
    said = ",".join([written[checked[code]] for code, written in rulebook.written_verdicts])
    inputs = f'{{"engine":{json.dumps(ENGINE_VERSION)},"rulebook":{rulebook.written},"verdicts":{{{said}}}}}'
    return sha256(inputs.encode("ascii")).hexdigest()
