"""The optimisers of the recipes, as facts: numbers and formulas that both engines must implement alike.

The formulas are those of Keras 3, because the notebooks were written in it; they differ from PyTorch's in
where ε stands. g is the gradient, t the step counted from 1, all operations are per element.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Adam:
    """Adam (Kingma & Ba 2015, the form before section 2.1: ε is added before bias correction).

    m ← β1 m + (1 − β1) g;  v ← β2 v + (1 − β2) g²;  θ ← θ − rate · √(1 − β2ᵗ) / (1 − β1ᵗ) · m / (√v + ε)
    """

    rate: float
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7


@dataclass(frozen=True)
class RMSprop:
    """RMSprop (Tieleman & Hinton 2012), not centred, no momentum; ε stands inside the root.

    v ← rho v + (1 − rho) g²;  θ ← θ − rate · g / √(v + ε)
    """

    rate: float
    rho: float = 0.9
    epsilon: float = 1e-7


Optimizer = Adam | RMSprop
