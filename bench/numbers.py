"""Numbers as people read them: three significant digits, thousands apart, a unit that fits."""

from __future__ import annotations

import math
from collections.abc import Callable

Format = Callable[[float], str]


def significant(value: float, digits: int = 3) -> str:
    """A number rounded to `digits` significant digits: 12345.6 → "12,300", 0.04567 → "0.0457".

    Exponential only below 0.0001 and from a billion on.
    """
    if value == 0:
        return "0"
    exponent = math.floor(math.log10(abs(value)))
    if not -5 < exponent < 9:
        return minus(f"{value:.{digits - 1}e}")
    rounded = round(value, digits - 1 - exponent)
    # Rounding may carry into a further digit (9.999 → 10.0), which then needs one decimal less.
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(rounded))))
    return minus(f"{rounded:,.{decimals}f}")


def minus(text: str) -> str:
    """A number with minus signs, which are as wide as a plus, in the place of hyphens."""
    return text.replace("-", "\N{MINUS SIGN}")


def p_value(value: float) -> str:
    """A p-value with its sign, never as a power of ten: "p = 0.013", "p < 0.0001"."""
    return "p < 0.0001" if value < 0.0001 else f"p = {significant(value, 2)}" if value < 0.995 else "p = 1"


def count(value: float) -> str:
    """A whole number with its thousands apart."""
    return f"{value:,.0f}"


def duration(seconds: float) -> str:
    """A time from milliseconds to hours."""
    if seconds < 1:
        return f"{significant(seconds * 1000)} ms"
    if seconds < 120:
        return f"{significant(seconds)} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def memory(size: float) -> str:
    """Bytes in the binary unit that fits."""
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{significant(size)} {unit}"
        size /= 1024
    return f"{significant(size)} GiB"


def share(value: float) -> str:
    """A share of one with two decimals, as precision and recall are written."""
    return minus(f"{value:.2f}")


def percent(value: float) -> str:
    """A share of one as per cent, with one decimal: "0.4 %", never broken over two lines."""
    return f"{100 * value:.1f}\N{NO-BREAK SPACE}%"


def ratio(value: float) -> str:
    """A factor: "0.42 ×"."""
    return f"{significant(value)} ×"


def span(low: float, high: float, form: Format = significant) -> str:
    """A range, never broken over two lines; one number where both ends print alike."""
    first, last = form(low), form(high)
    # After a dash a line may break even before a no-break space; the word joiner forbids it.
    return first if first == last else f"{first}\N{NO-BREAK SPACE}–\N{WORD JOINER}\N{NO-BREAK SPACE}{last}"


def compact(value: float, digits: int = 3) -> str:
    """A tick of an axis: "2k", "51.2k", "0.5"; `digits` is how many it may have."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return minus(f"{value / size:.{digits}g}{letter}")
    return minus(f"{value:.{digits}g}")


def shorten(text: str, length: int = 40) -> str:
    """A name that fits a figure: cut in the middle, because names differ at both ends."""
    if len(text) <= length:
        return text
    head = (length - 1) // 2
    return f"{text[:head]}…{text[head + 1 - length :]}"
