"""`driftline classes set` writes the operator's verdict; what it cannot write it refuses with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from daemon import verdicts
from daemon.cli import app


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "driftline.toml"
    file.write_text(f'[driftline]\nstate_directory = "{tmp_path}"\n')
    return file


def run(settings: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["--config", str(settings), "classes", "set", *arguments])
    return result.exit_code, result.output


def test_a_verdict_is_kept_with_reason_and_name(settings: Path, tmp_path: Path) -> None:
    code, output = run(
        settings, "shop.customers.nick", "none", "--reason", "of pets", "--by", "ann", "--store", "*db*"
    )
    assert (code, "added in" in output) == (0, True)
    code, output = run(settings, "customers.tier*", "user.financial", "--reason", "by income", "--by", "bob")
    assert code == 0
    first, second = verdicts.read(tmp_path / "verdicts.toml")
    assert first.patterns == ("*db*", "shop", "customers", "nick")
    assert (first.data_class, first.reason, first.by) == ("none", "of pets", "ann")
    assert second.patterns == ("*", "*", "customers", "tier*")
    assert "replaced in" in run(settings, "customers.tier*", "none", "--reason", "it is not")[1]
    assert verdicts.read(tmp_path / "verdicts.toml")[-1].data_class == "none"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("email", "none", "--reason", "x"), "customers.email"),
        (("a.b", "user.nme", "--reason", "x"), "did you mean user.name?"),
        (("a.b", "none", "--reason", " "), "say why"),
        (("a.b", "none"), "--reason"),
    ],
)
def test_what_is_refused(settings: Path, tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    code, output = run(settings, *arguments)
    assert code == 2
    assert says in " ".join(output.split())
    assert not (tmp_path / "verdicts.toml").exists()


def test_a_verdict_is_explained_before_what_the_name_tells(settings: Path) -> None:
    run(settings, "customers.email", "none", "--reason", "of robots", "--by", "ann")
    result = CliRunner().invoke(
        app, ["--config", str(settings), "classes", "explain", "shop.customers.email"]
    )
    assert result.exit_code == 0
    assert result.output.startswith("no data class\n  because     verdict of ann, ")
    assert "of robots" in result.output
