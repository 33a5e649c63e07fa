"""Every kind of bad setting is named with file, line, key, fault and remedy, all in one go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from config.errors import SettingsError
from config.settings import load

Write = Callable[[str], Path]


def refusals(file: Path, overrides: Mapping[str, str] | None = None) -> list[str]:
    """The lines of the refusal, without the directory of the file."""
    with pytest.raises(SettingsError) as refused:
        load(file, overrides)
    return str(refused.value).replace(f"{file.parent}/", "").split("\n")


ACCOUNT = '[[aws.accounts]]\nregions = ["eu-central-1"]\n'
IGNORE = '[[ignore]]\nreason = "r"\nexpires = 2027-01-31\n'
TWELVE = 'must be a string of 12 digits in quotes, as "012345678901"'
MAILBOX = "is not a mail address"

CASES = {
    # unknown words
    "[mail]\nprot = 25": "2: mail.prot: is no known key; did you mean port?",
    '[mail]\npassword = "hunter2"': "2: mail.password: is no known key; did you mean password_file?",
    "[privacy]\nqqq = 1": "2: privacy.qqq: is no known key; known are staff, staff_key_file",
    "[shedule]\nthreads = 1": "1: shedule: is no known section; did you mean schedule?",
    f"{ACCOUNT}region = 1": "3: aws.accounts[0].region: is no known key; did you mean regions?",
    f'{IGNORE}urns = "x"\nurn = "x"': "4: ignore[0].urns: is no known key; did you mean urn?",
    # wrong types
    '[mail]\nport = "x"': '2: mail.port: must be a whole number (it is "x")',
    "[mail]\nport = 1.5": "2: mail.port: must be a whole number (it is 1.5)",
    "[mail]\nport = true": "2: mail.port: must be a whole number (it is true)",
    '[mail]\nhost = "smtp://h"': (
        '2: mail.host: must be a host name or an address, as "smtp.example.com", without scheme or port '
        '(it is "smtp://h")'
    ),
    '[driftline]\nname = "a\\nBcc: x"': "2: driftline.name: must be one line of printable characters",
    '[mail]\nrecipients = ["a\\nb <x@example.com>"]': (
        "2: mail.recipients: must be one line of printable characters"
    ),
    "[mail]\nport = 70000": "2: mail.port: must be at most 65535 (it is 70000)",
    "[mail]\nheartbeat = 3": "2: mail.heartbeat: must be true or false (it is 3)",
    "[mail]\nhost = 3": "2: mail.host: must be text in quotes (it is 3)",
    '[mail]\nrecipients = "a@example.com"': "2: mail.recipients: must be a list in brackets",
    "mail = 3": "1: mail: must be a table of keys (it is 3)",
    "[ignore]\nx = 1": "1: ignore: must be a list in brackets",
    "[driftline]\nstate_directory = 1": "2: driftline.state_directory: must be a path in quotes (it is 1)",
    '[driftline]\nname = " "': '2: driftline.name: must not be empty (it is " ")',
    # values
    '[logging]\nlevel = "loud"': '2: logging.level: must be "debug", "info", "warning" or "error" (it is "loud")',
    '[schedule]\ncollect_every = "59s"': (
        '2: schedule.collect_every: must be at least one minute, as "1m" (it is "59s")'
    ),
    "[schedule]\ncollect_every = 60": (
        '2: schedule.collect_every: must be a duration in quotes, as "30s", "5m", "1h30m" or "7d" (it is 60)'
    ),
    '[schedule]\ndigest_at = "24:00"': (
        '2: schedule.digest_at: must be a time of day as "HH:MM" in quotes, from "00:00" to "23:59" (it is "24:00")'
    ),
    '[schedule]\ntimezone = "Mars/Olympus"': (
        "2: schedule.timezone: is not a known time zone; write an IANA name, "
        'as "UTC" or "Europe/Berlin" (it is "Mars/Olympus")'
    ),
    '[schedule]\ntimezone = "../../etc/passwd"': (
        "2: schedule.timezone: is not a known time zone; write an IANA name, "
        'as "UTC" or "Europe/Berlin" (it is "../../etc/passwd")'
    ),
    "[schedule]\nthreads = 0": "2: schedule.threads: must be at least 1 (it is 0)",
    '[aws]\ndeadline = "0s"': '2: aws.deadline: must be longer than 0s (it is "0s")',
    '[traces]\nmax_body = "1B"': '2: traces.max_body: must be at least 1024 (it is "1B")',
    '[traces]\nown_domains = ["https://example.com"]': (
        '2: traces.own_domains[0]: must be host suffixes, as "example.com", without scheme, port or path '
        '(it is "https://example.com")'
    ),
    '[traces]\nhttp = "4318"': (
        '2: traces.http: must be "host:port", as "127.0.0.1:4317" or "[::1]:4317", or "" for none (it is "4318")'
    ),
    '[telemetry]\nendpoint = "localhost:4318"': (
        '2: telemetry.endpoint: must be a URL that begins with http:// or https://, as "https://host:port" '
        '(it is "localhost:4318")'
    ),
    # accounts
    f"{ACCOUNT}account = 12345678901": f"3: aws.accounts[0].account: {TWELVE}: a TOML number loses leading zeros "
    "(it is 12345678901)",
    f'{ACCOUNT}account = "1234"': f'3: aws.accounts[0].account: {TWELVE} (it is "1234")',
    f'{ACCOUNT}role_arn = "driftline"': (
        '3: aws.accounts[0].role_arn: must be a role\'s ARN, as "arn:aws:iam::123456789012:role/name" '
        '(it is "driftline")'
    ),
    f'{ACCOUNT}account = "111111111111"\nrole_arn = "arn:aws:iam::222222222222:role/x"': (
        "3: aws.accounts[0].account: does not match role_arn, which is in account 222222222222"
    ),
    f'{ACCOUNT}external_id_file = "/x"': (
        "3: aws.accounts[0].external_id_file: an external id is sent when a role is assumed; set role_arn"
    ),
    '[[gcp.accounts]]\nname = "a"': "1: gcp.accounts[0].scope: is required and missing",
    '[[gcp.accounts]]\nscope = "organisations/1"': (
        '2: gcp.accounts[0].scope: must be what to list, as "organizations/123456789012", "folders/123456789012" '
        'or "projects/my-project" (it is "organisations/1")'
    ),
    '[[gcp.accounts]]\nscope = "projects/a"\nendpoint = "https://x"': (
        '3: gcp.accounts[0].endpoint: must be "host:port", as "127.0.0.1:4317" or "[::1]:4317", or "" for none '
        '(it is "https://x")'
    ),
    '[[gcp.accounts]]\nscope = "projects/a"\n[[gcp.accounts]]\nscope = "projects/a"': (
        "1: gcp.accounts: name projects/a more than once: each scope is listed by one account"
    ),
    '[[aws.accounts]]\nname = "a"': "1: aws.accounts[0].regions: is required and missing",
    "[[aws.accounts]]\nregions = []": (
        '2: aws.accounts[0].regions: must name at least one region, as ["eu-central-1"], or ["all"]'
    ),
    '[[aws.accounts]]\nregions = ["all", "eu-central-1"]': (
        '2: aws.accounts[0].regions: "all" stands alone: it means every region the account has opted in to'
    ),
    '[[aws.accounts]]\nregions = [\n  "eu-central-1",\n  "Frankfurt",\n]': (
        '4: aws.accounts[0].regions[1]: is not a region\'s name, as "eu-central-1", or "all" (it is "Frankfurt")'
    ),
    # the database
    '[database]\nurl = "mysql://db/x"': (
        '2: database.url: must begin with "sqlite:///" or "postgresql+psycopg://"; '
        "empty means a file in state_directory"
    ),
    '[database]\nurl = "postgresql+psycopg://bob:hunter2@db/x"': (
        "2: database.url: must not hold a password: put it into a file and name that in database.password_file"
    ),
    '[database]\nurl = "postgresql+psycopg://bob@db/x?password=hunter2"': (
        "2: database.url: must not hold a password: put it into a file and name that in database.password_file"
    ),
    '[database]\nurl = "sqlite://"': (
        '2: database.url: must name a file, as "sqlite:////var/lib/driftline/driftline.db" (four slashes)'
    ),
    # what does not go together
    '[traces]\ngrpc = "0.0.0.0:4317"': (
        "2: traces.grpc: is reachable from other machines: set traces.token_file or traces.client_ca_file, "
        "or listen on 127.0.0.1"
    ),
    '[traces]\nclient_ca_file = "/ca"': "2: traces.cert_file: is needed when client_ca_file is set",
    '[traces]\nkey_file = "/key"': "2: traces.cert_file: is needed when key_file is set",
    '[[traces.senders]]\nname = "a"': (
        "1: traces.senders[0].token_file: or certificate is needed, and not both: it is what the sender is known by"
    ),
    '[[traces.senders]]\nname = "a"\ncertificate = "a.example.com"': (
        "1: traces.client_ca_file: is needed when a sender is known by its certificate"
    ),
    '[traces]\nhttp = "127.0.0.1:4317"': "2: traces.http: is the same address as traces.grpc; choose another port",
    '[mail]\nhost = "h"\nrecipients = ["a@example.com"]': (
        "2: mail.sender: is needed when mail.host is set: the address that mails come from"
    ),
    '[mail]\nhost = "h"\nsender = "a@example.com"': (
        '2: mail.recipients: is needed when mail.host is set, as ["operations@example.com"]'
    ),
    '[mail]\nsender = "nobody"': f'2: mail.sender: {MAILBOX} (it is "nobody")',
    '[mail]\nusername = "u"\npassword_file = "/p"\nsecurity = "none"': (
        '4: mail.security: must be "starttls" or "tls" when mail.username is set: "none" would show the password'
    ),
    '[mail]\nusername = "u"': "2: mail.password_file: is needed when mail.username is set",
    '[mail]\npassword_file = "/p"': "2: mail.username: is needed when mail.password_file is set",
    '[privacy]\nstaff = "pseudonymise"': (
        '2: privacy.staff_key_file: is needed for privacy.staff = "pseudonymise": name a file with a key'
    ),
    IGNORE: "1: ignore[0]: would ignore everything: set at least one of type, field, tag, environment, urn",
    '[[ignore]]\ntype = "x"\nexpires = 2027-01-31': "1: ignore[0].reason: is required and missing",
    '[[ignore]]\ntype = "x"\nreason = "r"': "1: ignore[0].expires: is required and missing",
    '[[ignore]]\ntype = "x"\nreason = "r"\nexpires = "soon"': (
        '4: ignore[0].expires: must be a date as 2027-01-31 (it is "soon")'
    ),
    '[[ignore]]\ntype = "x"\nreason = ""\nexpires = 2027-01-31': '3: ignore[0].reason: must not be empty (it is "")',
}


@pytest.mark.parametrize(("text", "expected"), CASES.items(), ids=[text[-40:] for text in CASES])
def test_a_fault_is_told_with_its_line_and_remedy(write: Write, text: str, expected: str) -> None:
    found = refusals(write(text))
    assert found == [f"driftline.toml:{expected}"]
    assert "hunter2" not in str(found)


def test_all_faults_are_told_at_once_in_the_order_of_the_file(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRIFTLINE_MAIL__PROT", "25")
    monkeypatch.setenv("DRIFTLINE_MIAL__PORT", "25")
    monkeypatch.setenv("DRIFTLINE_SCHEDULE__THREADS", "many")
    file = write(
        """\
        [traces]
        grpc = "0.0.0.0:4317"
        max_body = 1
        [mail]
        host = "smtp.example.com"
        port = 0
        sender = "nobody"
        [[ignore]]
        """
    )
    assert refusals(file, {"schedule.digest_at": "6"}) == [
        (
            "driftline.toml:2: traces.grpc: is reachable from other machines: "
            "set traces.token_file or traces.client_ca_file, or listen on 127.0.0.1"
        ),
        "driftline.toml:3: traces.max_body: must be at least 1024 (it is 1)",
        'driftline.toml:5: mail.recipients: is needed when mail.host is set, as ["operations@example.com"]',
        "driftline.toml:6: mail.port: must be at least 1 (it is 0)",
        'driftline.toml:7: mail.sender: is not a mail address (it is "nobody")',
        "driftline.toml:8: ignore[0].reason: is required and missing",
        "driftline.toml:8: ignore[0].expires: is required and missing",
        (
            'command line: schedule.digest_at: must be a time of day as "HH:MM" in quotes, '
            'from "00:00" to "23:59" (it is "6")'
        ),
        "environment DRIFTLINE_MAIL__PROT: mail.prot: is no known key; did you mean port?",
        "environment DRIFTLINE_MIAL__PORT: is no setting; did you mean DRIFTLINE_MAIL__PORT?",
        'environment DRIFTLINE_SCHEDULE__THREADS: schedule.threads: must be a whole number (it is "many")',
    ]


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        (
            "DRIFTLINE_MAIL_HOST",
            "x",
            "environment DRIFTLINE_MAIL_HOST: is no setting; did you mean DRIFTLINE_MAIL__HOST?",
        ),
        ("DRIFTLINE_ZZZ", "x", "environment DRIFTLINE_ZZZ: is no setting; see docs/settings.md for all"),
        (
            "DRIFTLINE_AWS__TYPES",
            "[1",
            'environment DRIFTLINE_AWS__TYPES: aws.types: must be a list in brackets (it is "[1")',
        ),
        (
            "DRIFTLINE_AWS__ACCOUNTS",
            "[{}]",
            "environment DRIFTLINE_AWS__ACCOUNTS: aws.accounts[0].regions: is required and missing",
        ),
        ("DRIFTLINE_MAIL", "{", 'environment DRIFTLINE_MAIL: mail: must be a table of keys (it is "{")'),
        (
            "driftline_logging__level",
            "x",
            (
                "environment driftline_logging__level: logging.level: "
                'must be "debug", "info", "warning" or "error" (it is "x")'
            ),
        ),
    ],
)
def test_a_faulty_variable_is_named(
    write: Write, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert refusals(write("")) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[mail\n",
            "driftline.toml:1: is not TOML at column 6: Expected ']' at the end of a table declaration",
        ),
        ("a = 1\nb = \n", "driftline.toml:2: is not TOML at column 5: Invalid value"),
        ('a = 1\nb = "x', "driftline.toml:2: is not TOML at the end of the file: Unterminated string"),
        ("a = 1\na = 2\n", "driftline.toml:2: is not TOML at column 6: Cannot overwrite a value"),
    ],
)
def test_what_is_not_toml_is_told_with_its_line(write: Write, text: str, expected: str) -> None:
    assert refusals(write(text)) == [expected]


def test_a_file_that_is_not_text_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "driftline.toml"
    file.write_bytes(b"[mail]\nhost = '\xff'\n")
    assert refusals(file) == ["driftline.toml:2: is not UTF-8 text; save the file as UTF-8"]


def test_a_file_of_brackets_is_refused(write: Write) -> None:
    assert refusals(write("a = " + "[" * 20_000)) == [
        "driftline.toml: is nested too deeply to be a settings file"
    ]


def test_a_directory_is_no_settings_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"{tmp_path}: cannot be read: Is a directory"):
        load(tmp_path)


def test_a_file_that_cannot_be_parsed_hides_no_fault_of_the_environment(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRIFTLINE_MAIL__PORT", "x")
    first, second = refusals(write("[mail"))
    assert first.startswith("driftline.toml:1: is not TOML")
    assert second == 'environment DRIFTLINE_MAIL__PORT: mail.port: must be a whole number (it is "x")'


def test_an_address_for_all_is_fine_with_a_token(write: Write) -> None:
    settings = load(write('[traces]\ngrpc = "0.0.0.0:4317"\nhttp = ""\ntoken_file = "otlp-token"\n'))
    assert (settings.traces.grpc, settings.traces.http) == ("0.0.0.0:4317", "")
