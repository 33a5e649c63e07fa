"""What holds the project together: the lock, the licence, the names, the make targets and their set-up."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = {"config", "collectors", "daemon", "demo"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_no_dependency_brings_a_package_of_our_names() -> None:
    brought = {
        name: owners
        for name, owners in metadata.packages_distributions().items()
        if name in OURS and set(owners) - {"driftline"}
    }
    assert brought == {}


def test_the_version_stands_in_one_place() -> None:
    assert metadata.version("driftline") == PROJECT["version"]
    elsewhere = [
        path
        for folder in OURS
        for path in (ROOT / folder).rglob("*.py")
        if re.search(
            rf'^\w*(VERSION|version)\w* = "{re.escape(PROJECT["version"])}"', path.read_text(), re.MULTILINE
        )
    ]
    assert elsewhere == []


LOCKS = ("requirements.lock", "requirements-clickhouse.lock")


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_hash_and_no_address(name: str) -> None:
    lock = (ROOT / name).read_text()
    assert "://" not in lock
    requirements = re.split(r"\n(?=\S)", lock.strip())
    assert len(requirements) > (100 if name == "requirements.lock" else 2)
    assert [each for each in requirements if "==" not in each or "--hash=sha256:" not in each] == []


def test_every_declared_dependency_is_locked() -> None:
    lock = "\n".join((ROOT / name).read_text() for name in LOCKS)
    locked = {
        re.sub(r"[-_.]+", "-", name).lower() for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)
    }
    extras = [each for extra in PROJECT["optional-dependencies"].values() for each in extra]
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    declared = [*PROJECT["dependencies"], *extras, *(each for group in groups.values() for each in group)]
    names = {re.split(r"[\[<>=!~; ]", each)[0].lower() for each in declared}
    assert names - locked == {"driftline"}


def test_the_licence_is_the_one_that_is_declared() -> None:
    assert PROJECT["license"] == "Apache-2.0"
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text


def test_targets_that_readers_are_told_to_make_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"demo", "run", "test", "check", "bench"} <= targets
    told = {
        name
        for text in (ROOT / "README.md", ROOT / ".ci" / "run", ROOT / "CHANGELOG.md")
        for name in re.findall(r"\bmake ([a-z]+)", text.read_text())
    }
    assert told <= targets


def test_readme_opens_with_what_it_does_then_demo_and_test() -> None:
    readme = (ROOT / "README.md").read_text()
    blocks = re.findall(r"```sh\n(.*?)```", readme, re.DOTALL)
    assert [block.strip() for block in blocks[:2]] == ["make demo", "make test"]


def test_help_names_every_target() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert re.findall(r"^  make ([\w-]+) ", shown, re.MULTILINE) == phony[1].split()


PYTHON_WITHOUT_VENV = 'case "$*" in *ensurepip*) exit 1;; *version_info*) exit 0;; esac'
OLD_PYTHON = 'case "$*" in --version) echo Python 3.9.2;; *) exit 1;; esac'


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (None, ["python is missing; install it:", "apt-get install -y python3 python3-venv"]),
        (OLD_PYTHON, ["Python 3.9.2 is too old, 3.11 is needed", "make demo PYTHON="]),
        (PYTHON_WITHOUT_VENV, ["venv is missing; install it:", "apt-get install -y python3-venv"]),
    ],
)
def test_what_is_missing_is_named_with_the_line_that_installs_it(
    tmp_path: Path, script: str | None, words: list[str]
) -> None:
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    python = tmp_path / "python"
    if script is not None:
        python.write_text(f"#!/bin/sh\n{script}\n")
        python.chmod(0o755)
    made = subprocess.run(
        ["make", "--no-print-directory", "demo", f"PYTHON={python}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert made.returncode != 0
    assert [word for word in words if word not in made.stderr] == []
    assert not (tmp_path / ".venv").exists()


def test_the_script_for_ci_can_be_run() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0
