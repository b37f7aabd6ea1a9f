"""Archives: honest ones are unpacked, hostile ones leave nothing behind, inside the folder or out."""

from __future__ import annotations

import gzip
import io
import random
import stat
import tarfile
import tracemalloc
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
        (lambda path, members: tarred(path, members, "w:bz2"), "a.tar.bz2"),
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


def tar_header(name, kind, size=0):
    info = tar_special(name, kind)
    info.size = size
    return info.tobuf(tarfile.USTAR_FORMAT)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK])
@pytest.mark.parametrize("first", [b"", tar_header("d", tarfile.DIRTYPE)])
def test_a_header_that_would_fill_the_memory_is_not_read(tmp_path, refused, kind, first):
    size = 64 * 2**20
    with gzip.open(tmp_path / "a.tar.gz", "wb", compresslevel=1) as file:
        file.write(first + tar_header("long", kind, size))
        for _ in range(64):
            file.write(bytes(2**20))
    tracemalloc.start()
    try:
        assert f"it has a header of {size:,} bytes" in refused(tmp_path / "a.tar.gz")
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()


def test_many_long_headers_end_in_an_error_too(tmp_path, refused):
    (tmp_path / "a.tar").write_bytes(tar_header("x", tarfile.XHDTYPE) * 2000)
    assert "cannot be unpacked" in refused(tmp_path / "a.tar")


def test_long_names_are_read(tmp_path):
    name = "/".join(["long" * 30] * 5)
    for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        with tarfile.open(tmp_path / f"{form}.tar", "w", format=form) as archive:
            info = tarfile.TarInfo(name)
            info.size = 1
            archive.addfile(info, io.BytesIO(b"1"))
        unpack(tmp_path / f"{form}.tar", tmp_path / str(form))
        assert (tmp_path / str(form) / name).read_bytes() == b"1"


@pytest.mark.parametrize(
    "content",
    [
        tar_header("x", tarfile.GNUTYPE_SPARSE) + bytes(1024),
        tar_header("p", tarfile.XHDTYPE, 44)
        + b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n".ljust(512, b"\0")
        + tar_header("x", tarfile.REGTYPE)
        + b"9\n".ljust(1024, b"\0"),
    ],
    ids=["gnu", "pax"],
)
def test_sparse_files_are_refused(tmp_path, refused, content):
    (tmp_path / "a.tar").write_bytes(content)
    assert "'x' is a sparse file" in refused(tmp_path / "a.tar")


@pytest.mark.parametrize("make", [zipped, tarred])
def test_folders_count_as_well(tmp_path, refused, make):
    folders = [(f"{index}/" if make is zipped else tar_special(str(index), tarfile.DIRTYPE), b"") for index in range(9)]
    assert "more than 8 files" in refused(make(tmp_path / "archive", folders), most_files=8)


def test_what_has_been_unpacked_of_a_tar_is_forgotten(tmp_path):
    path = tmp_path / "a.tar"
    path.write_bytes(tar_header("d", tarfile.DIRTYPE) * 2_000 + bytes(1024))
    tracemalloc.start()
    try:
        unpack(path, tmp_path / "out")
        assert tracemalloc.get_traced_memory()[1] < 2**19
    finally:
        tracemalloc.stop()


NOISE = random.Random(0).randbytes(300_000)


@pytest.mark.parametrize("kind", ["w:gz", "w:bz2", "w:xz"])
@pytest.mark.parametrize("end", [0.5, 1])
def test_damage_anywhere_in_a_compressed_tar_is_found(tmp_path, refused, kind, end):
    path = tarred(tmp_path / "archive", [("a", NOISE), ("b", b"1")], kind)
    content = bytearray(path.read_bytes())
    place = round(end * len(content)) - 6  # the last bytes of all three are a checksum
    content[place] ^= 0xFF
    path.write_bytes(content)
    assert "cannot be unpacked" in refused(path)


def test_a_damaged_header_is_not_the_end_of_a_tar(tmp_path, refused):
    path = tarred(tmp_path / "a.tar", [("a", b"1"), ("b", b"2")])
    content = bytearray(path.read_bytes())
    content[1024] ^= 0xFF
    path.write_bytes(content)
    assert "one of its headers is damaged" in refused(path)
    path.write_bytes(content[:1100])
    assert "one of its headers is damaged" in refused(path)


@pytest.mark.parametrize("kind", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damage_in_a_zip_is_found(tmp_path, refused, kind):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", kind) as archive:
        archive.writestr("a", NOISE)
    content = bytearray(path.read_bytes())
    content[1000:1100] = bytes(100)
    path.write_bytes(content)
    assert "cannot be unpacked" in refused(path)


@pytest.mark.parametrize("make", [zipped, tarred])
def test_a_name_that_is_too_long_is_said_to_be(tmp_path, refused, make):
    message = refused(make(tmp_path / "archive", [("a" * 300 + ".png", b"1")]))
    assert "aaa...' is too long a name for a file here" in message
    assert len(message.splitlines()[0]) < 300


@pytest.mark.parametrize("make", [zipped, tarred])
def test_names_that_macos_gives_are_no_harm(tmp_path, make):
    names = ["Screenshot 1.00.00\u202fPM.png", "\U0001f468\u200d\U0001f469.png"]
    unpack(make(tmp_path / "archive", [(name, b"1") for name in (*names, "in/Icon\r", "Icon\r")]), tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(names)


def test_what_cannot_be_read_is_said(tmp_path, refused):
    assert "cannot read" in refused(tmp_path)
    assert "cannot read" in refused(tmp_path / "nowhere.zip")
