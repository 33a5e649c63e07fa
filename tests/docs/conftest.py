"""One reader for all pages: the demo, which takes a while, is seen once."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from demo.cloud import Cloud
from tests.support.pages import ROOT, Reader, blocks, with_sqlite3


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """A reader with a cloud, whose checkout is set up, and who has seen the demo."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    (folder / ".venv" / "ready").touch()  # or make would set up another environment
    path = os.pathsep.join((str(with_sqlite3(folder)), str(Path(sys.executable).parent), os.environ["PATH"]))
    clean = {
        name: value
        for name, value in os.environ.items()
        # nor what an outer `make` says to an inner one
        if not name.startswith(("AWS_", "DRIFTLINE_", "MAKE", "MFLAGS"))
        and not name.lower().endswith("_proxy")
    }
    one = Reader(folder, clean | {"PATH": path, "AWS_EC2_METADATA_DISABLED": "true"})
    with TemporaryDirectory(dir="/tmp") as temporary:
        Path(temporary).chmod(0o711)  # open to the user that PostgreSQL runs as, as pytest's folders are not
        one.environment |= {"TMPDIR": temporary, "AWS_SECRET_ACCESS_KEY": "not-for-the-demo"}
        one.demo = one.types(blocks("README.md", "sh")[0].text)
        assert one.demo.returncode == 0, one.demo.stderr
        one.left = tuple(sorted(path.name for path in Path(temporary).iterdir()))
        del one.environment["TMPDIR"]
    with Cloud() as cloud:
        one.environment |= {
            "AWS_ENDPOINT_URL": cloud.endpoint,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
        }
        yield one
