"""`python -m bench verify` as its users and their scripts meet it, with halves that pretend to be frameworks."""

import json

import pytest

from bench import machine
from bench.proof import certificate


@pytest.fixture(autouse=True)
def probes(fakes, cpu_host):
    certificate._versions.cache_clear()
    yield
    certificate._versions.cache_clear()


def test_a_proof_prints_a_table_and_says_what_is_proved(bench):
    ended = bench("verify", "--models", "gan,cvae[equal]")
    assert ended.status == 0
    assert ended.out.rstrip().endswith("proved: gan, cvae[equal]")
    assert "losses" in ended.out
    assert "1e-12" in ended.out
    assert "gan at 28x28x1, fp64, compiled: passed" in ended.err
    assert "cvae[equal] at 16x24x3, fp32, eager: passed" in ended.err


def test_without_models_all_are_proved(bench):
    assert (
        bench("verify", "--mode", "compiled")
        .out.rstrip()
        .endswith("proved: cvae, cvae[equal], gan, cond_vae, dcgan, vae_conv, vae_dense")
    )


def test_json_is_a_list_of_rows(bench):
    rows = json.loads(bench("verify", "--models", "gan", "--mode", "eager", "--json").out)
    assert {"model", "config", "shape", "precision", "mode", "quantity", "deviation", "tolerance", "passed"} <= set(
        rows[0]
    )
    assert {(row["shape"], row["precision"], row["mode"]) for row in rows} == {
        (shape, precision, "eager") for shape in ("28x28x1", "16x24x3") for precision in ("fp64", "fp32")
    }
    assert rows[0]["config"]["latent"] == 64
    assert all(row["passed"] and row["deviation"] == 0 for row in rows)


@pytest.mark.parametrize("behaviour", ["off", "nan", "failed", "sigkill"])
def test_a_pair_that_is_not_one_model_ends_with_status_1_and_is_named(bench, monkeypatch, behaviour):
    monkeypatch.setenv("FAKE_PROBE_TORCH", behaviour)
    ended = bench("verify", "--models", "gan")
    assert ended.status == 1
    assert "FAILED" in ended.out
    assert ended.out.rstrip().endswith("1 of 1 pairs not proved: gan")
    assert "FAILED: losses at 28x28x1, fp64, compiled" in ended.err
    rows = json.loads(bench("verify", "--models", "gan", "--json").out)
    assert not all(row["passed"] for row in rows)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--models", "gna"), "unknown model 'gna'"),
        (("--precision", "fp23"), "unknown precision 'fp23': did you mean fp32"),
        (("--precision", "tf32"), "--precision tf32 is a format of NVIDIA GPUs"),
        (("--mode", "compile"), "unknown mode 'compile': did you mean compiled?"),
        (("--device", "cuda"), "--device cuda"),
        (("--models", "gan,gan"), "named twice: gan"),
    ],
)
def test_what_cannot_be_proved_is_refused_with_what_can(bench, arguments, message):
    ended = bench("verify", *arguments)
    assert ended.status == 2
    assert message in ended.err
    assert not ended.out


def test_a_proof_needs_both_frameworks(bench, monkeypatch):
    monkeypatch.setattr(machine, "framework_versions", lambda name, _=None: {name: "1"} if name == "torch" else None)
    ended = bench("verify", "--models", "gan")
    assert ended.status == 2
    assert "python -m pip install tensorflow" in ended.err
