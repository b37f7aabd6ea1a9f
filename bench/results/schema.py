"""The JSON Schema of `results.json`: `python -m bench.results.schema >docs/results.schema.json` writes it anew."""

from __future__ import annotations

import json
import sys

from bench.results.record import json_schema


def text() -> str:
    """The schema as it is committed."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
