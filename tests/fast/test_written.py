"""Files are there whole, or as they were."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from mkdocs_quantlab.site.models import lock
from mkdocs_quantlab.written import copy_whole, whole, write_whole


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"as it was")
    return path


def test_a_file_is_replaced(path):
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    write_whole(path, "Größe\r\n")
    assert path.read_bytes() == "Größe\r\n".encode()
    assert [*path.parent.iterdir()] == [path]


@pytest.mark.parametrize("trouble", [OSError, KeyboardInterrupt])
def test_trouble_leaves_what_was_there(path, trouble):
    def half():
        with whole(path) as out:
            out.write(b"half")
            raise trouble

    with pytest.raises(trouble):
        half()
    assert path.read_bytes() == b"as it was"
    assert [*path.parent.iterdir()] == [path]


def test_a_full_disk_leaves_the_lock_file(path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        lock.write_lock(path, {})
    assert path.read_bytes() == b"as it was"


def test_a_copy_of_what_is_not_there_leaves_what_was_there(path):
    with pytest.raises(FileNotFoundError):
        copy_whole(path.with_name("none"), path)
    assert path.read_bytes() == b"as it was"


@pytest.mark.skipif(sys.platform == "win32", reason="permissions as POSIX has them")
def test_permissions_and_links_stay(path):
    path.chmod(0o640)
    link = path.with_name("link")
    link.symlink_to(path)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    other = path.with_name("other")
    write_whole(other, b"")
    umask = os.umask(0)
    os.umask(umask)
    assert other.stat().st_mode & 0o777 == 0o666 & ~umask


@pytest.mark.skipif(sys.platform == "win32", reason="a device as POSIX has it")
def test_what_is_no_file_is_written_into():
    write_whole(Path(os.devnull), b"gone")
    assert not Path(os.devnull).is_file()


def test_two_writers_at_once(path):
    contents = [bytes([i]) * 300_000 for i in range(4)]

    def write(content):
        for _ in range(5):
            write_whole(path, content)

    threads = [threading.Thread(target=write, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert path.read_bytes() in (b"as it was", *contents)
    for thread in threads:
        thread.join()
    assert [*path.parent.iterdir()] == [path]
