"""`driftline deliveries`: list, preview, test, resend, send."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.cli.groups import group
from daemon.cli.opening import database_of, reading, settings_of
from daemon.cli.options import AsJson

if TYPE_CHECKING:
    from config.settings import Settings

app = group()

Delivery = Annotated[
    int,
    typer.Argument(help="Number of the delivery, as `driftline deliveries list` shows it.", max=2**63 - 1),
]


@app.command("list")
def list_deliveries(context: typer.Context, as_json: AsJson = False) -> None:
    """List the newest deliveries and what became of them."""
    from daemon.cli.tables import print_rows
    from daemon.store import lookups

    with reading(settings_of(context)) as connection:
        rows = lookups.deliveries(connection)
    columns = ("id", "kind", "recipient", "snapshot_from", "snapshot_to", "state", "not_before", "last_error")
    print_rows(rows, columns, as_json=as_json)


@app.command()
def preview(
    context: typer.Context,
    delivery: Delivery,
) -> None:
    """Print the mail of a delivery as it would be sent now."""
    from daemon.deliveries import preview as preview_mail

    settings = settings_of(context)
    with database_of(settings) as database:
        sys.stdout.write(preview_mail(database, settings, delivery, datetime.now(UTC)).as_string())


@app.command()
def send(context: typer.Context) -> None:
    """Send what is due now, as the daemon does each minute."""
    from daemon.deliveries import StoreOutbox
    from daemon.notify.delivery import deliver_due
    from daemon.store.lock import only_writer

    settings = _with_mail(context)
    with database_of(settings) as database, only_writer(database, "deliveries send"):
        box = StoreOutbox(database, settings)
        done = deliver_due(box, settings.mail, datetime.now(UTC), installation=settings.driftline.name)
    sys.stdout.write(
        f"{done.sent} sent, {done.nothing_to_say} had nothing to say, {done.retried} to be retried\n"
    )
    for error in done.errors:
        sys.stderr.write(f"driftline: {error}\n")
    if done.errors:
        raise typer.Exit(1)


@app.command()
def resend(
    context: typer.Context,
    delivery: Delivery,
) -> None:
    """Make a delivery wait again; it leaves with the next round."""
    from daemon.store import outbox
    from daemon.store.errors import NotFound

    with database_of(settings_of(context)) as database:
        if not outbox.again(database, delivery, datetime.now(UTC)):
            raise NotFound(f"no delivery {delivery}: see `driftline deliveries list`")
    sys.stdout.write(f"delivery {delivery} is due; it leaves within a minute while the daemon runs\n")


@app.command()
def test(context: typer.Context) -> None:
    """Send a mail to every recipient that says only that mails arrive."""
    from daemon.notify import mail, smtp

    settings = _with_mail(context)
    now = datetime.now(UTC)
    message = mail.test_mail(
        settings.driftline.name,
        sender=settings.mail.sender,
        recipients=settings.mail.recipients,
        created=now,
        key=f"test {now.isoformat()}",
    )
    results = smtp.send(message, settings.mail.recipients, settings.mail)
    for recipient, result in results.items():
        sys.stdout.write(f"{recipient}: {result.outcome.value} {result.error}".rstrip() + "\n")
    if any(result.error for result in results.values()):
        raise typer.Exit(1)


def _with_mail(context: typer.Context) -> Settings:
    settings = settings_of(context)
    if not settings.mail.host:
        raise typer.BadParameter("mail.host is empty: set the section [mail] first", param_hint="settings")
    return settings
