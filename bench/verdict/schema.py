"""The JSON Schema of `answer.json`: `python -m bench.verdict.schema >docs/answer.schema.json` writes it anew."""

from __future__ import annotations

import json
import sys

from bench.verdict.record import json_schema


def text() -> str:
    """The schema as it is committed."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
