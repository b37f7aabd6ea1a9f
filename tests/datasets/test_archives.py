"""Archives: honest ones are unpacked, hostile ones leave nothing behind, inside the folder or out."""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile

import pytest

from bench.datasets.archives import unpack
from bench.errors import UserError

FILES = {"a.png": b"first", "deep/er/b.png": b"second", "empty": b""}


def zipped(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members:
            archive.writestr(member, content)
    return path


def tarred(path, members, mode="w"):
    with tarfile.open(path, mode) as archive:
        for member, content in members:
            info = tarfile.TarInfo(member) if isinstance(member, str) else member
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def zip_special(name, kind):
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (kind | 0o777) << 16
    return info


def tar_special(name, kind, target=""):
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = target
    return info


@pytest.fixture
def refused(tmp_path):
    """The error that unpacking ends in, once it is certain that nothing was written anywhere."""

    def refuse(archive, **limits):
        out = {tmp_path / "out"}
        before = set(tmp_path.rglob("*")) - out
        with pytest.raises(UserError) as caught:
            unpack(archive, tmp_path / "out/folder", **limits)
        assert set(tmp_path.rglob("*")) - out == before
        return str(caught.value)

    return refuse


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (zipped, "a.zip"),
        (tarred, "a.tar"),
        (lambda path, members: tarred(path, members, "w:gz"), "a.tgz"),
        (lambda path, members: tarred(path, members, "w:xz"), "a.tar.xz"),
        (zipped, "misnamed.dat"),
    ],
)
def test_honest_archives_are_unpacked(tmp_path, make, name):
    folder = tmp_path / "out"
    unpack(make(tmp_path / name, FILES.items()), folder)
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert found == FILES


def test_folders_of_their_own_in_an_archive_are_no_harm(tmp_path):
    unpack(zipped(tmp_path / "a.zip", [("deep/", b""), ("deep/a", b"1")]), tmp_path / "zip")
    unpack(
        tarred(tmp_path / "a.tar", [(tar_special("deep", tarfile.DIRTYPE), b""), ("./deep/a", b"1")]), tmp_path / "tar"
    )
    assert (tmp_path / "zip/deep/a").read_bytes() == (tmp_path / "tar/deep/a").read_bytes() == b"1"


@pytest.mark.parametrize("make", [zipped, tarred])
@pytest.mark.parametrize("name", ["../evil", "/evil", "a/../../evil", "..", "a\\..\\evil", "C:evil", "a\nb"])
def test_paths_that_lead_out_are_refused(tmp_path, refused, make, name):
    message = refused(make(tmp_path / "archive", [("good", b"1"), (name, b"2")]))
    assert "is not unpacked" in message
    assert len(message.splitlines()) == 2


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFBLK, stat.S_IFCHR, stat.S_IFIFO])
def test_links_and_devices_in_a_zip_are_refused(tmp_path, refused, kind):
    assert "is a link or a device" in refused(zipped(tmp_path / "a.zip", [(zip_special("x", kind), b"/etc/passwd")]))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_a_tar_are_refused(tmp_path, refused, kind):
    archive = tarred(tmp_path / "a.tar", [("good", b"1"), (tar_special("x", kind, "good"), b"")])
    assert "is a link or a device" in refused(archive)


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
@pytest.mark.parametrize("make", [zipped, tarred])
@pytest.mark.parametrize("names", [("a", "a"), ("a", "a/b"), ("a/b", "a")])
def test_a_file_that_another_would_overwrite_is_refused(tmp_path, refused, make, names):
    assert "stands in it twice" in refused(make(tmp_path / "archive", [(name, b"1") for name in names]))


@pytest.mark.parametrize("make", [zipped, tarred])
def test_bombs_are_refused_while_they_unpack(tmp_path, refused, make):
    bomb = make(tmp_path / "archive", [("a", b"\0" * 600_000), ("b", b"\0" * 600_000)])
    assert "is it a bomb?" in refused(bomb, most_bytes=1_000_000)
    assert "more than 1 files" in refused(bomb, most_files=1)


def test_an_encrypted_zip_is_refused(tmp_path, refused):
    path = zipped(tmp_path / "a.zip", [("a", b"1")])
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(signature) + offset] |= 1
    path.write_bytes(content)
    assert "is encrypted" in refused(path)


def test_what_is_no_archive_or_a_damaged_one_is_refused(tmp_path, refused):
    text = tmp_path / "a.txt"
    text.write_text("no archive")
    assert "no archive that is known here" in refused(text)
    archive = zipped(tmp_path / "a.zip", [("a", bytes(range(256)) * 50)])
    content = bytearray(archive.read_bytes())
    content[60] ^= 0xFF
    archive.write_bytes(content)
    assert "cannot be unpacked" in refused(archive)
    cut = tarred(tmp_path / "a.tgz", [("a", bytes(range(256)) * 500)], "w:gz")
    cut.write_bytes(cut.read_bytes()[:-40])
    assert "cannot be unpacked" in refused(cut)


def test_a_folder_that_is_there_is_not_touched(tmp_path):
    archive = zipped(tmp_path / "a.zip", FILES.items())
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine").touch()
    with pytest.raises(FileExistsError):
        unpack(archive, tmp_path / "out")
    assert (tmp_path / "out/mine").exists()


def test_a_colon_in_a_name_is_no_harm(tmp_path):
    unpack(zipped(tmp_path / "a.zip", [("Type: Null.png", b"1")]), tmp_path / "out")
    assert (tmp_path / "out/Type: Null.png").read_bytes() == b"1"
