"""Secrets are read from files and systemd credentials, and what hinders it is said without the secret."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from config import secrets
from config.errors import SecretError


@pytest.mark.parametrize(
    ("content", "secret"),
    [(b"s3cret", "s3cret"), (b"s3cret\n", "s3cret"), (b"s3cret\r\n", "s3cret"), (b" s \n\n", " s \n")],
)
def test_one_newline_at_the_end_is_no_part_of_a_secret(tmp_path: Path, content: bytes, secret: str) -> None:
    file = tmp_path / "password"
    file.write_bytes(content)
    assert secrets.read(str(file)) == secret


def test_a_bare_name_is_a_systemd_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "smtp-password").write_text("s3cret\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert secrets.read("smtp-password") == "s3cret"


def test_a_bare_name_without_credentials_says_how_to_load_one() -> None:
    with pytest.raises(SecretError) as refused:
        secrets.read("smtp-password")
    assert str(refused.value) == (
        "secret smtp-password: a bare name is a systemd credential, but $CREDENTIALS_DIRECTORY is not set; "
        "add LoadCredential=smtp-password:/path to the unit, or write a path (./smtp-password for this directory)"
    )


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "absent"
    with pytest.raises(SecretError, match=f"no such file {file}; create it or correct the setting"):
        secrets.read(str(file))


@pytest.mark.parametrize("content", [b"", b"\n", b"\r\n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "password"
    file.write_bytes(content)
    with pytest.raises(SecretError, match="is empty; write the secret into it"):
        secrets.read(str(file))


def test_a_directory_is_not_readable_as_a_secret(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match=f"cannot read {tmp_path}: Is a directory"):
        secrets.read(str(tmp_path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_of_others_is_not_readable(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("s3cret")
    file.chmod(0)
    with pytest.raises(SecretError, match="Permission denied; let the service's user read"):
        secrets.read(str(file))


def test_bytes_that_are_no_text_are_refused_and_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_bytes(b"s3cret\xff")
    with pytest.raises(SecretError, match="it is not UTF-8 text") as refused:
        secrets.read(str(file))
    assert "s3cret" not in str(refused.value)


def test_no_name_is_no_secret() -> None:
    with pytest.raises(SecretError, match="no secret is named"):
        secrets.read("")
