"""The hash of the code changes with what a result depends on, and with nothing else."""

from bench import code


def test_a_hash_is_of_the_code_and_the_cards_in_its_folders(monkeypatch, tmp_path):
    def hash_of(files, *folders):
        for path, content in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(content)
        monkeypatch.setattr(code, "ROOT", tmp_path)
        return code.read_code_hash(*folders)

    mine = ("bench/training", "bench/quality", "models_torch")
    base = hash_of({"bench/training/loop.py": "a", "models_torch/gan.py": "b", "models_tf/gan.py": "c"}, *mine)
    assert hash_of({"models_tf/gan.py": "changed"}, *mine) == base
    assert hash_of({"bench/report/page.py": "changed"}, *mine) == base
    assert hash_of({"models_torch/README.txt": "changed"}, *mine) == base
    assert hash_of({"bench/training/loop.py": "changed"}, *mine) != base
    assert hash_of({"bench/training/loop.py": "a"}, *mine) == base
    assert hash_of({"bench/quality/weights/card.json": "another extractor"}, *mine) != base
    assert hash_of({"models_torch/gan.py": "changed"}, *mine) != base


def test_another_package_is_hashed_without_being_imported(monkeypatch, tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs/__init__.py").write_text("raise RuntimeError('imported')")
    (tmp_path / "theirs/gan.py").write_text("one")
    (tmp_path / "single.py").write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    before = code.package_hash("theirs.gan")
    assert before == code.package_hash("theirs")
    (tmp_path / "theirs/gan.py").write_text("two")
    assert code.package_hash("theirs.gan") not in (before, None)
    assert code.package_hash("single") is not None
    assert code.package_hash("no_such_package.gan") is None
