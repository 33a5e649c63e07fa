"""The command line within the test's own process, and what it leaves on the disk."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from daemon.cli import main


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended."""

    code: int
    output: str
    error: str


@dataclass(frozen=True, slots=True)
class CommandLine:
    """Calls `driftline` with a settings file."""

    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def __call__(self, config: Path, *arguments: str) -> Said:
        """As from a shell."""
        self.monkeypatch.setattr(sys, "argv", ["driftline", "--config", str(config), *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = self.capsys.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)


def contents(folder: Path) -> dict[str, str]:
    """A digest of each file, by name; without our lock, and what SQLite keeps for processes to agree."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.suffix not in {".lock", ".db-shm"}
        and not (path.suffix == ".db-wal" and path.stat().st_size == 0)
    }
