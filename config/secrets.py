"""Reads a secret from the file or systemd credential that a setting names: secrets never stand in settings.

Refuses nothing about a file's owner or mode: systemd credentials and mounted secrets differ too much in both.
"""

from __future__ import annotations

import os
from pathlib import Path

from config.errors import SecretError


def read(value: str) -> str:
    """The secret that a `*_file` setting names, without the newline that editors append.

    A value with a slash is a path. A bare name is a systemd credential (`LoadCredential=` in the unit, see
    systemd.exec(5)) and is looked up in `$CREDENTIALS_DIRECTORY`. Raises SecretError.
    """
    path = path_of(value)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SecretError(f"secret {value}: no such file {path}; create it or correct the setting") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SecretError(
            f"secret {value}: cannot read {path}: {reason}; let the service's user read a text file there"
        ) from None
    secret = text.removesuffix("\n").removesuffix("\r")
    if not secret:
        raise SecretError(f"secret {value}: {path} is empty; write the secret into it")
    return secret


def key(value: str) -> bytes:
    """The key that a `*_file` setting names; none if the setting is empty. Raises SecretError."""
    return read(value).encode() if value else b""


def path_of(value: str) -> Path:
    """Where the secret lies that a `*_file` setting names. Raises SecretError."""
    if not value:
        raise SecretError("no secret is named: the setting is empty; give it a path or a credential's name")
    if "/" in value:
        return Path(value)
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    if not directory:
        raise SecretError(
            f"secret {value}: a bare name is a systemd credential, but $CREDENTIALS_DIRECTORY is not set; "
            f"add LoadCredential={value}:/path to the unit, or write a path (./{value} for this directory)"
        )
    return Path(directory) / value
