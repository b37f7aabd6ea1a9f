"""Whether this interpreter can score images, asked without importing a framework."""

from __future__ import annotations

from importlib.util import find_spec

_NEEDED = {"torch": "PyTorch", "torch_fidelity": "torch-fidelity"}


def scoring_unavailable() -> str | None:
    """Why scores cannot be computed here ("scoring needs PyTorch"), or None when they can."""
    missing = _missing()
    return f"scoring needs {' and '.join(missing.values())}" if missing else None


def scoring_advice(what: str = "scoring") -> str | None:
    """The same as the text of an error that says what to install; `what` is what cannot be done."""
    missing = _missing()
    if not missing:
        return None
    packages = " ".join(module.replace("_", "-") for module in missing)
    return (
        f"{what} needs {' and '.join(missing.values())}: run `python -m pip install {packages}`, "
        "or name a Python that has them with --interpreter torch=PATH"
    )


def _missing() -> dict[str, str]:
    """Module to title of what is not installed."""
    return {module: title for module, title in _NEEDED.items() if find_spec(module) is None}
