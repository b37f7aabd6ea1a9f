"""A certificate is kept under all that its proof depends on."""

from dataclasses import replace

import numpy as np
import pytest

from bench import machine
from bench.models import choose
from bench.paths import cache_folder
from bench.proof import certificate as module
from bench.proof.cases import SHAPES, Case, cases
from bench.proof.certificate import Certificate, find_certificate, store, subject_of
from bench.proof.compare import row
from bench.proof.place import Place

GAN, HERE = choose("gan"), Place()


@pytest.fixture(autouse=True)
def both_frameworks(cpu_host):
    module._versions.cache_clear()
    yield
    module._versions.cache_clear()


def key_of(choice, mode, place):
    return module.key_of(subject_of(choice, mode, place))


def make(choice, mode, place, rows) -> Certificate:
    return module.make(choice.text, subject_of(choice, mode, place), rows)


def kept(certificate):
    store(certificate)
    return certificate


def rows(deviation=1e-15, mode="compiled"):
    case = Case(GAN, (28, 28, 1), "fp64", mode)
    return [row(case, "losses", deviation, "loss"), row(case, "gradients", 2e-15, "w")]


def test_a_certificate_that_passed_is_found_again():
    made = kept(make(GAN, "compiled", HERE, rows()))
    assert made.passed
    assert find_certificate(GAN, "compiled", HERE) == made


def test_it_holds_the_rows_of_its_model_and_mode_alone():
    made = make(GAN, "eager", HERE, rows() + rows(mode="eager"))
    assert [row.mode for row in made.rows] == ["eager", "eager"]
    assert not make(choose("cvae"), "eager", HERE, rows()).passed


def test_a_failure_is_not_kept_and_takes_away_what_was():
    store(make(GAN, "compiled", HERE, rows()))
    failed = kept(make(GAN, "compiled", HERE, rows(deviation=0.1)))
    assert not failed.passed
    assert find_certificate(GAN, "compiled", HERE) is None


def test_what_was_proved_of_code_that_has_changed_meanwhile_is_not_kept(monkeypatch):
    certificate = make(GAN, "compiled", HERE, rows())
    monkeypatch.setattr(module, "read_code_hash", lambda *folders: "edited")
    store(certificate)
    assert find_certificate(GAN, "compiled", HERE) is None


def test_a_certificate_of_something_else_or_of_a_failure_counts_as_none():
    path = cache_folder() / "certificates" / f"{key_of(GAN, 'compiled', HERE)}.json"
    path.parent.mkdir(parents=True)
    other = make(GAN, "eager", HERE, rows(mode="eager"))
    path.write_text(other.model_dump_json())
    assert find_certificate(GAN, "compiled", HERE) is None
    path.write_text(make(GAN, "compiled", HERE, rows(deviation=0.1)).model_dump_json())
    assert find_certificate(GAN, "compiled", HERE) is None


def test_a_cache_that_cannot_be_written_costs_the_certificate_alone(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "file"))
    assert kept(make(GAN, "compiled", HERE, rows())).passed
    assert find_certificate(GAN, "compiled", HERE) is None


def test_the_code_of_another_packages_model_counts(monkeypatch):
    theirs = replace(
        GAN, description=replace(GAN.description, halves={"torch": "theirs.gan", "tensorflow": "theirs.tf"})
    )
    keys = set()
    for content in ("one", "two"):
        monkeypatch.setattr(module, "package_hash", lambda name, content=content: f"{name} {content}")
        keys.add(key_of(theirs, "compiled", HERE))
    assert len(keys | {key_of(GAN, "compiled", HERE)}) == 3


@pytest.mark.parametrize("content", [b"", b"{", b'{"key": 1}', b"\xff"])
def test_a_damaged_certificate_counts_as_none(content):
    made = kept(make(GAN, "compiled", HERE, rows()))
    (cache_folder() / "certificates" / f"{made.key}.json").write_bytes(content)
    assert find_certificate(GAN, "compiled", HERE) is None


def test_the_key_changes_with_all_that_a_proof_depends_on(monkeypatch):
    keys = {
        key_of(GAN, "compiled", HERE),
        key_of(choose("gan[latent=32]"), "compiled", HERE),
        key_of(choose("cvae"), "compiled", HERE),
        key_of(GAN, "eager", HERE),
        key_of(GAN, "compiled", replace(HERE, device="cuda")),
        key_of(GAN, "compiled", replace(HERE, precision="bf16")),
    }
    with monkeypatch.context() as patch:
        patch.setattr(module, "code_hash", lambda *folders: "other code")
        keys.add(key_of(GAN, "compiled", HERE))
    with monkeypatch.context() as patch:
        patch.setattr(machine, "fingerprint", lambda: {"fingerprint": "another machine"})
        keys.add(key_of(GAN, "compiled", HERE))
    with monkeypatch.context() as patch:
        patch.setattr(machine, "framework_versions", lambda name, _=None: {name: "9"})
        module._versions.cache_clear()
        keys.add(key_of(GAN, "compiled", HERE))
    assert len(keys) == 9


def test_the_same_configuration_under_another_text_is_the_same_proof():
    assert key_of(choose("cvae[latent=2]"), "eager", HERE) == key_of(choose("cvae"), "eager", HERE)


def test_the_record_of_a_trial_has_the_gist():
    good = make(GAN, "compiled", HERE, rows()).record()
    assert (good.proved, good.reason) == (True, None)
    assert good.deviations == {"losses": 1e-15, "gradients": 2e-15}
    bad = make(GAN, "compiled", HERE, rows(deviation=np.inf)).record()
    assert not bad.proved
    assert "losses at 28x28x1, fp64, compiled" in bad.reason
    assert bad.deviations == {"gradients": 2e-15}
    assert make(GAN, "compiled", HERE, []).record().reason == "nothing was compared"


def test_cases_are_float64_and_the_precision_of_training_at_both_shapes():
    found = cases([GAN], "fp32", ["compiled", "eager"])
    assert len(found) == 8
    assert {(case.image_shape, case.precision, case.mode) for case in found} == {
        (shape, precision, mode) for shape in SHAPES for precision in ("fp64", "fp32") for mode in ("compiled", "eager")
    }
    assert [case.precision for case in cases([GAN], "fp64", ["eager"])] == ["fp64", "fp64"]
    assert {case.trains for case in found if case.precision == "fp32"} == {False}
