"""Whether this interpreter can score images, asked without importing a framework."""

from __future__ import annotations

from importlib.util import find_spec

_NEEDED = {"torch": "PyTorch", "torch_fidelity": "torch-fidelity"}


def scoring_unavailable() -> str | None:
    """Why scores cannot be computed here ("scoring needs PyTorch"), or None when they can."""
    missing = [title for module, title in _NEEDED.items() if find_spec(module) is None]
    return f"scoring needs {' and '.join(missing)}" if missing else None
