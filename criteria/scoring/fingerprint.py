"""One hash for the same inputs: same rulebook, same verdicts, same engine."""

import json
from collections.abc import Mapping
from hashlib import sha256

from criteria.scoring.rulebook import Rulebook, Verdict, rulebook_as_data

ENGINE_VERSION = "1"
"""Raised whenever the same inputs could give another score."""


def fingerprint(rulebook: Rulebook, verdicts: Mapping[str, Verdict]) -> str:
    """SHA-256 of rulebook, verdicts and engine version; the order in which they are written never matters."""
    data = rulebook_as_data(rulebook)
    data["rules"] = sorted(({**rule, "needs": sorted(rule["needs"])} for rule in data["rules"]), key=lambda rule: str(rule["code"]))
    inputs = {"engine": ENGINE_VERSION, "rulebook": data, "verdicts": rulebook.checked(verdicts)}
    return sha256(json.dumps(inputs, sort_keys=True, separators=(",", ":")).encode("ascii")).hexdigest()
