"""Compares output with a file beside the test; `pytest --refresh-golden` writes it anew."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Golden:
    """The golden files of one folder."""

    folder: Path
    refresh: bool

    def check(self, name: str, actual: str) -> None:
        """Fail with a difference unless `actual` is what the file of this name says."""
        file = self.folder / name
        if self.refresh:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(actual.encode())
            return
        assert file.exists(), f"no golden file {file}: write it with `pytest --refresh-golden` and read it"
        assert actual == file.read_bytes().decode(), f"{file} differs: `pytest --refresh-golden` if it should"
