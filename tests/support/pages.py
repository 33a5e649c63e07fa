"""Pages of the documentation, and someone who types what stands in their blocks."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST = 240  # seconds, for the demo on a busy machine
BLOCK = re.compile(
    r"(?P<left_out><!-- not executed: (?P<reason>[^>]+) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)```",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Block:
    """One block of code of a page. `reason`: why it is not executed, "" if it is."""

    page: str
    language: str
    text: str
    reason: str


def blocks(page: str, *languages: str) -> list[Block]:
    """The blocks of a page in these languages, in order."""
    return [
        Block(page, found["language"], found["text"], found["reason"] or "")
        for found in BLOCK.finditer((ROOT / page).read_text())
        if found["language"] in languages
    ]


@dataclass(slots=True)
class Reader:
    """Someone who follows the documentation in a checkout of their own.

    `demo`: what `make demo` told them; `left`: names of what it left in the folder for temporary files. `told`: the
    output of the last lines typed.
    """

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    demo: subprocess.CompletedProcess[str] | None = None
    left: tuple[str, ...] = ()
    told: str = ""

    def types(self, text: str) -> subprocess.CompletedProcess[str]:
        """Runs lines of a shell; what they export is there for the next ones."""
        kept = self.folder / "environment"
        run = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"{text}\nenv -0 > {kept}"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        self.told = run.stdout
        if run.returncode == 0:
            pairs = (pair.partition("=") for pair in kept.read_text().split("\0") if pair)
            self.environment = {name: value for name, _, value in pairs}
        return run


def with_sqlite3(folder: Path) -> Path:
    """A folder with a `sqlite3` in it, for machines that have none."""
    tools = folder / "tools"
    tools.mkdir()
    if not shutil.which("sqlite3"):
        script = tools / "sqlite3"
        script.write_text(
            f"#!{sys.executable}\nimport sqlite3, sys\n"
            "for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]):\n    print(*row, sep='|')\n"
        )
        script.chmod(0o755)
    return tools


_ID = re.compile(r" +\[[0-9a-f]{8}\]$")


def missing(shown: str, told: str) -> str:
    """The first line of what a page shows that was not told, or not in order; "" if none. Ids may be left out."""
    lines = [_ID.sub("", line).rstrip() for line in told.splitlines()]
    position = 0
    for line in shown.splitlines():
        if line.rstrip() not in lines[position:]:
            return line
        position = lines.index(line.rstrip(), position) + 1
    return ""
