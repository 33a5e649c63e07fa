"""What `config show` prints is a settings file again, names each origin, and shows no password."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

from config.listing import as_toml, rows
from config.settings import compose, load_with_origins

Write = Callable[[str], Path]


def test_what_is_shown_is_a_settings_file_that_says_the_same(write: Write) -> None:
    loaded = load_with_origins(
        write(
            """
            [driftline]
            name = 'a "quoted" naïve \\ name'
            [aws]
            types = ["aws.ec2.*"]
            [[aws.accounts]]
            name = "a"
            regions = ["eu-central-1", "us-east-1"]
            [[aws.accounts]]
            name = "b"
            regions = ["all"]
            [[ignore]]
            type = "x"
            reason = "r"
            expires = 2027-01-31
            [traces]
            warm_up = "90m"
            """
        )
    )
    assert compose(tomllib.loads(as_toml(loaded))) == loaded.settings


def test_each_value_is_shown_with_its_origin(write: Write) -> None:
    file = write('[mail]\nport = 25\n[[aws.accounts]]\nregions = ["all"]\n')
    found = {
        row.key: (row.value, row.origin) for row in rows(load_with_origins(file, {"logging.level": "debug"}))
    }
    assert found["mail.port"] == (25, f"{file}:2")
    assert found["mail.host"] == ("", "default")
    assert found["aws.accounts[0].regions"] == (["all"], f"{file}:4")
    assert found["logging.level"] == ("debug", "command line")
    assert found["schedule.digest_at"] == ("06:00", "default")


def test_a_user_in_a_url_is_masked_and_a_secrets_path_is_not(write: Write) -> None:
    text = as_toml(
        load_with_origins(
            write('[database]\nurl = "postgresql+psycopg://bob@db/x"\npassword_file = "/run/secrets/db"\n')
        )
    )
    assert 'url = "postgresql+psycopg://***@db/x"' in text
    assert 'password_file = "/run/secrets/db"' in text
    assert "bob" not in text
