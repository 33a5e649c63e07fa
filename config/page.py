"""Keeps a page of the documentation that is derived from code: writes it, or says that it is out of date."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"


def keep(path: Path, text: str, module: str, arguments: Sequence[str]) -> int:
    """Writes the page; with `--check` only compares. 0 if it is (now) what `python -m MODULE` makes of it."""
    if "--check" not in arguments:
        path.write_text(text, encoding="utf-8")
        return 0
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{path} is out of date: run python -m {module}\n")
    return 1


def cell(text: str) -> str:
    """Text as it stands in a cell of a table."""
    return text.replace("|", "\\|")
