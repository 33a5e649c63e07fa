"""Where settings come from, which source is stronger, and that every value knows its origin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from config.errors import SettingsError
from config.settings import compose, find_file, load, load_with_origins

Write = Callable[[str], Path]


def test_each_source_is_stronger_than_the_one_below(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write('[schedule]\nthreads = 2\ncollect_every = "2h"\ndigest_at = "02:00"\n')
    monkeypatch.setenv("DRIFTLINE_SCHEDULE__THREADS", "3")
    monkeypatch.setenv("DRIFTLINE_SCHEDULE__COLLECT_EVERY", "3h")
    loaded = load_with_origins(file, {"schedule.threads": "4"})
    schedule = loaded.settings.schedule
    assert (schedule.threads, schedule.collect_every) == (4, timedelta(hours=3))
    assert (schedule.digest_at, schedule.timezone) == (time(2), "UTC")
    assert loaded.origin(("schedule", "threads")) == "command line"
    assert loaded.origin(("schedule", "collect_every")) == "environment DRIFTLINE_SCHEDULE__COLLECT_EVERY"
    assert loaded.origin(("schedule", "digest_at")) == f"{file}:4"
    assert loaded.origin(("schedule", "timezone")) == "default"


def test_values_have_types_not_text(write: Write) -> None:
    settings = load(
        write(
            """
            [traces]
            max_body = "1MiB"
            warm_up = "0s"
            own_domains = [".Example.com"]
            [[ignore]]
            type = "aws.*"
            reason = "noise"
            expires = 2027-01-31
            [schedule]
            timezone = "Europe/Berlin"
            """
        )
    )
    assert settings.traces.max_body == 2**20
    assert settings.traces.warm_up == timedelta()
    assert settings.traces.own_domains == ("example.com",)
    assert settings.ignore[0].expires == date(2027, 1, 31)
    assert settings.schedule.zone == ZoneInfo("Europe/Berlin")
    assert compose({}).schedule.zone is UTC


def test_blocks_of_the_file_take_what_they_leave_out_from_the_defaults(write: Write) -> None:
    loaded = load_with_origins(
        write('[[aws.accounts]]\nregions = ["all"]\n[[aws.accounts]]\nname = "b"\nregions = ["us-east-1"]\n')
    )
    first, second = loaded.settings.aws.accounts
    assert (first.name, first.regions, first.endpoint_url) == ("", ("all",), "")
    assert (second.name, second.regions) == ("b", ("us-east-1",))
    assert loaded.origin(("aws", "accounts", 1, "name")).endswith(":4")
    assert loaded.origin(("aws", "accounts", 1, "profile")) == "default"


def test_lists_in_the_environment_are_json_or_words(monkeypatch: pytest.MonkeyPatch, write: Write) -> None:
    monkeypatch.setenv("DRIFTLINE_TRACES__OWN_DOMAINS", "a.example, b.example")
    monkeypatch.setenv("DRIFTLINE_AWS__TYPES", '["aws.ec2.*"]')
    monkeypatch.setenv("DRIFTLINE_AWS__SKIP_TYPES", "")
    monkeypatch.setenv("DRIFTLINE_AWS__ACCOUNTS", '[{"regions": ["eu-central-1"]}]')
    monkeypatch.setenv("DRIFTLINE_IGNORE", '[{"type": "*", "reason": "r", "expires": "2027-01-31"}]')
    loaded = load_with_origins(
        write('[aws]\nskip_types = ["x"]\n[[aws.accounts]]\nname = "a"\nregions = ["all"]\n')
    )
    settings = loaded.settings
    assert settings.traces.own_domains == ("a.example", "b.example")
    assert (settings.aws.types, settings.aws.skip_types) == (("aws.ec2.*",), ())
    assert [account.name for account in settings.aws.accounts] == [""]
    assert settings.ignore[0].expires == date(2027, 1, 31)
    assert loaded.origin(("aws", "accounts", 0, "regions")) == "environment DRIFTLINE_AWS__ACCOUNTS"
    assert loaded.origin(("aws", "accounts", 0, "name")) == "default"
    assert loaded.origin(("ignore", 0, "reason")) == "environment DRIFTLINE_IGNORE"


def test_lists_on_the_command_line_are_json_or_words(write: Write) -> None:
    settings = load(
        write(""), {"aws.types": "aws.ec2.*,aws.s3.*", "traces.enabled": "false", "aws.skip_types": "[]"}
    )
    assert settings.aws.types == ("aws.ec2.*", "aws.s3.*")
    assert settings.traces.enabled is False


def test_the_file_named_explicitly_is_stronger_than_the_one_in_the_environment(
    write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "other.toml"
    other.write_text('[driftline]\nname = "other"\n')
    monkeypatch.setenv("DRIFTLINE_CONFIG", str(other))
    assert load(None).driftline.name == "other"
    assert load(write('[driftline]\nname = "this"\n')).driftline.name == "this"
    assert find_file(None) == other


def test_a_file_that_is_named_must_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTLINE_CONFIG", str(tmp_path / "absent.toml"))
    with pytest.raises(SettingsError) as refused:
        load(None)
    assert (
        str(refused.value) == f'{tmp_path}/absent.toml: no such file; create one with "driftline config init"'
    )


def test_settings_do_not_change() -> None:
    settings = compose({})
    with pytest.raises(ValidationError, match="frozen"):
        settings.mail.port = 25
    with pytest.raises(ValidationError, match="frozen"):
        settings.mail = settings.mail


def test_composed_settings_read_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTLINE_MAIL__PORT", "25")
    assert compose({}).mail.port == 587
    assert compose({"mail": {"port": 26}}).mail.port == 26


def test_empty_database_and_copy_lie_in_the_state_directory() -> None:
    settings = compose({"driftline": {"state_directory": "/srv/d"}})
    assert settings.database_url == "sqlite:////srv/d/driftline.db"
    assert settings.published_path == Path("/srv/d/published/driftline.db")
    assert compose({"publish": {"path": "/p/x.db"}}).published_path == Path("/p/x.db")


def test_a_shared_database_has_no_published_copy() -> None:
    settings = compose({"database": {"url": "postgresql+psycopg://reader@db/driftline"}})
    assert settings.database_url == "postgresql+psycopg://reader@db/driftline"
    assert settings.published_path is None


def test_dumped_settings_compose_to_the_same() -> None:
    account = {"name": "a", "account": "012345678901", "regions": ["eu-central-1"]}
    settings = compose({"aws": {"accounts": [account]}, "schedule": {"digest_at": "07:30"}})
    assert compose(settings.model_dump()) == settings
