"""What a setting says of the stages it matters to, as its field's `json_schema_extra`."""

from typing import Any

ASKING: dict[str, Any] = {"identity": {"except": ["items"]}}
"""Of an evaluator's setting that changes how items are asked or scored, never which they are:
another value scores again, and trains nothing again."""
