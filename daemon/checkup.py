"""Looks at an installation from inside: database, room, receivers, mail host, credentials. Nothing is sent."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config import secrets
from config.errors import ConfigError
from config.settings import Settings
from config.values import split_address
from daemon.store.errors import StoreError
from daemon.values.checkup import Check, State

ROOM = 1 << 30
"""Bytes: with less, a commit or the copy for readers may not find room."""
LATE = timedelta(hours=1)
_PATIENCE = 3.0


def checkup(settings: Settings, now: datetime | None = None) -> Iterator[Check]:
    """Every check, one after the other; none raises for what it finds."""
    yield from _database(settings, now or datetime.now(UTC))
    yield _room(settings)
    yield from _receivers(settings)
    yield _mail(settings)
    yield from _accounts(settings)
    yield from _files(settings)
    yield from _labels(settings)


def _database(settings: Settings, now: datetime) -> Iterator[Check]:
    from daemon.assembly import open_store  # noqa: PLC0415 - loads the store
    from daemon.store import lookups  # noqa: PLC0415 - loads the store

    url = settings.database_url
    path = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:") and not path.exists():
        said = f"there is no database at {path}: run `driftline collect` for a first snapshot"
        yield Check("database", State.PROBLEM, said)
        return
    try:
        database = open_store(settings)
    except (StoreError, ConfigError) as error:
        yield Check("database", State.PROBLEM, str(error))
        return
    try:
        with database.reading() as connection:
            span = lookups.span(connection)
    except StoreError as error:
        yield Check("database", State.PROBLEM, str(error))
        return
    finally:
        database.close()
    yield Check("database", State.OK, "it is reachable, and its schema is this release's")
    if span is None:
        said = "there is none: run `driftline collect`, or let `driftline run` take the first"
        yield Check("snapshots", State.ADVICE, said)
        return
    number, taken = span[1]
    due = datetime.fromisoformat(taken) + settings.schedule.collect_every
    if now > due + LATE:
        late = f"the next was due {due:%Y-%m-%d %H:%MZ}: is `driftline run` up?"
        said = f"the newest, {number}, is of {taken}, and {late}"
        yield Check("snapshots", State.PROBLEM, said)
    else:
        yield Check("snapshots", State.OK, f"the newest is {number}, of {taken}")


def _room(settings: Settings) -> Check:
    folder = settings.driftline.state_directory
    there = next((each for each in (folder, *folder.parents) if each.exists()), Path("/"))
    free = shutil.disk_usage(there).free
    said = f"{free / (1 << 30):,.1f} GiB are free at {there}"
    if free < ROOM:
        return Check("disk", State.PROBLEM, f"{said}: make room, a commit needs up to 1 GiB")
    return Check("disk", State.OK, said)


def _receivers(settings: Settings) -> Iterator[Check]:
    if not settings.traces.enabled:
        yield Check(
            "receivers", State.ADVICE, "traces.enabled is false: no span is received, no data path is seen"
        )
        return
    for name, address in (("grpc", settings.traces.grpc), ("http", settings.traces.http)):
        if not address:
            continue
        host, port = split_address(address)
        where = f"receiver {name}"
        try:
            with socket.create_connection((_local(host), port), _PATIENCE):
                yield Check(where, State.OK, f"something listens on {address}")
        except OSError as error:
            why = error.strerror or "no answer"
            said = f"nothing listens on {address} ({why}): is `driftline run` up?"
            yield Check(where, State.ADVICE, said)


def _local(host: str) -> str:
    """Where this machine reaches what listens on all its addresses."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - compared, not bound


def _mail(settings: Settings) -> Check:
    mail = settings.mail
    if not mail.host:
        return Check("mail", State.ADVICE, "mail.host is not set: no report is mailed")
    try:
        with socket.create_connection((mail.host, mail.port), _PATIENCE):
            return Check(
                "mail", State.OK, f"{mail.host}:{mail.port} answers; `driftline deliveries test` sends one"
            )
    except OSError as error:
        why = error.strerror or str(error)
        said = f"{mail.host}:{mail.port} does not answer ({why}): check mail.host, mail.port and the firewall"
        return Check("mail", State.PROBLEM, said)


def _accounts(settings: Settings) -> Iterator[Check]:
    named = [
        *(
            ("aws", each.name or each.account or each.role_arn or each.profile)
            for each in settings.aws.accounts
        ),
        *(("gcp", each.name or each.scope) for each in settings.gcp.accounts),
        *(("azure", each.name or each.tenant) for each in settings.azure.accounts),
    ]
    if not named:
        said = (
            "no account is named ([[aws.accounts]], [[gcp.accounts]], [[azure.accounts]]): no cloud is listed"
        )
        yield Check("accounts", State.ADVICE, said)
    for account in settings.aws.accounts:
        yield _aws(account.profile, account.name or account.account or account.role_arn or account.profile)


def _aws(profile: str, name: str) -> Check:
    """Whether any credentials are found; whether they are let in is for `driftline collect` to say."""
    where = f"aws {name}".strip()
    try:
        import boto3  # type: ignore[import-untyped]  # noqa: PLC0415 - has no types; loads the AWS SDK
        from botocore.exceptions import BotoCoreError  # type: ignore[import-untyped]  # noqa: PLC0415 - the same
    except ImportError:
        return Check(where, State.PROBLEM, "its SDK is not installed: install driftline[aws]")
    try:
        found = boto3.Session(profile_name=profile or None).get_credentials()
    except BotoCoreError as error:
        return Check(where, State.PROBLEM, f"{error}: check aws.accounts.profile")
    if found is None:
        return Check(
            where, State.PROBLEM, "no credentials are found: set a profile, a role, or the environment"
        )
    return Check(
        where, State.OK, f"credentials are found ({found.method}); what they may list, `coverage` says"
    )


def _files(settings: Settings) -> Iterator[Check]:
    """Files that hold secrets or keys, where the settings name one."""
    named = {
        "database.password_file": settings.database.password_file,
        "database.signing_key_file": settings.database.signing_key_file,
        "traces.token_file": settings.traces.token_file,
        "mail.password_file": settings.mail.password_file,
        "privacy.staff_key_file": settings.privacy.staff_key_file,
        **{f"aws {a.name or a.account}: external_id_file": a.external_id_file for a in settings.aws.accounts},
        **{
            f"azure {a.name or a.tenant}: client_secret_file": a.client_secret_file
            for a in settings.azure.accounts
        },
        **{f"images {r.host}: password_file": r.password_file for r in settings.images.registries},
    }
    for key, file in named.items():
        if file:
            try:
                secrets.read(file)
            except ConfigError as error:
                yield Check(key, State.PROBLEM, str(error))
            else:
                yield Check(key, State.OK, "it can be read")
    for account in settings.gcp.accounts:
        file = account.credentials_file
        if file and not secrets.path_of(file).is_file():
            said = f"there is no file {file}: name the service account's key, or leave it empty"
            yield Check(f"gcp {account.name or account.scope}: credentials_file", State.PROBLEM, said)


def _labels(settings: Settings) -> Iterator[Check]:
    """Files that tell of columns, where the settings name one."""
    from daemon.told import told  # noqa: PLC0415 - reads the vocabulary

    chosen = settings.classes
    if not (chosen.verdicts_file or chosen.labels_files or chosen.columns_files or chosen.words_files):
        return
    try:
        unknown = told(settings).unknown
    except ConfigError as error:
        yield Check("classes", State.PROBLEM, str(error))
        return
    if unknown:
        said = f"nobody has mapped {unknown[0]}" + (f" and {len(unknown) - 1} more" if unknown[1:] else "")
        yield Check("classes", State.ADVICE, f"{said}: map it in a file of classes.words_files")
    else:
        yield Check("classes", State.OK, "its files can be read, and every label is understood")
