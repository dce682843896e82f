"""Answers written as JSON, quickly and always the same for the same values."""

from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer


class Json(BaseRenderer):
    """JSON in UTF-8."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """The values as bytes; nothing for nothing."""
        return b"" if data is None else orjson.dumps(data, default=str)
