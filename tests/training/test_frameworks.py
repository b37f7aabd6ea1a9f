"""Both frameworks are set up alike."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PRODUCT = {
    "torch": "import torch; product = torch.full((200_000,), 1e-30) * torch.full((200_000,), 1e-10)",
    "tensorflow": "import tensorflow as tf; product = tf.fill([200_000], 1e-30) * tf.fill([200_000], 1e-10)",
}


@pytest.mark.parametrize("framework", ["torch", "tensorflow"])
def test_denormals_are_zero_on_every_thread(framework):
    """1e-40 is a denormal of float32; the array is long enough to be worked on by both threads."""
    lines = f"""
from bench.training.frameworks import prepare
prepare("{framework}", 2, "cpu")
{PRODUCT[framework]}
raise SystemExit(int((product.numpy() != 0).sum() > 0))
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert subprocess.run([sys.executable, "-c", lines], env=environment, check=False).returncode == 0


def test_a_process_belongs_to_one_framework(monkeypatch):
    from bench.training import frameworks

    prepared = []
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # which preparing sets
    monkeypatch.setattr(frameworks, "_TAKEN", [])
    monkeypatch.setitem(frameworks.SETUPS, "torch", lambda *settings: prepared.append(settings))
    for _ in range(2):
        frameworks.prepare("torch", 1, "cpu")
    assert prepared == [(1, "cpu", False)]
    with pytest.raises(RuntimeError, match="start another for tensorflow"):
        frameworks.prepare("tensorflow", 1, "cpu")
    with pytest.raises(RuntimeError, match="start another for torch"):
        frameworks.prepare("torch", 1, "cpu", deterministic=True)
