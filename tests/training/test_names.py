"""Weights that do not fit are refused, and every fault is named."""

import numpy as np
import pytest

from bench.training.names import check_names


def test_missing_unknown_and_misshapen_are_all_named():
    expected = {"a/kernel": np.ones((2, 3)), "a/bias": np.ones(3), "b/kernel": np.ones(1)}
    given = {"a/kernel": np.ones((3, 2)), "a/bias": np.ones(3), "c/kernel": np.ones(1)}
    with pytest.raises(ValueError, match="missing b/kernel; unknown c/kernel; a/kernel is \\(3, 2\\), not \\(2, 3\\)"):
        check_names(given, expected)


def test_what_fits_passes():
    check_names({"a": np.ones(2)}, {"a": np.zeros(2)})
