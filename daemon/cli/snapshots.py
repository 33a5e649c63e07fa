"""`driftline snapshots`: list, show, verify, prune."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from daemon.cli import moments
from daemon.cli.exits import DAMAGED
from daemon.cli.groups import group
from daemon.cli.opening import database_of, reading, settings_of
from daemon.cli.options import AsJson
from daemon.cli.tables import print_pairs, print_rows

if TYPE_CHECKING:
    from daemon.store.keeping.verify import Anchor, Verdict

Every = Annotated[bool, typer.Option("--all", help="Those that are pruned too.")]

app = group(alone=True)

_HEADER = re.compile(r"(?:(\d{1,18}):)?([0-9a-fA-F]{64})", re.ASCII)


@app.callback()
def snapshots(context: typer.Context, every: Every = False, as_json: AsJson = False) -> None:
    """List, show, verify and prune snapshots. Without a command: list."""
    if context.invoked_subcommand is None:
        _list(context, every=every, as_json=as_json)


@app.command("list")
def list_snapshots(context: typer.Context, every: Every = False, as_json: AsJson = False) -> None:
    """List the snapshots, newest first."""
    _list(context, every=every, as_json=as_json)


@app.command()
def show(
    context: typer.Context,
    snapshot: Annotated[
        str,
        typer.Argument(metavar="SNAPSHOT", help=f"{moments.HELP[0].upper()}{moments.HELP[1:]}."),
    ] = "newest",
    as_json: AsJson = False,
) -> None:
    """Show one snapshot: its header, what it covers, and how much it changed."""
    from daemon.store.keeping.portrait import portrait

    with reading(settings_of(context)) as connection:
        number = moments.existing_snapshot(connection, snapshot)
        pairs = portrait(connection, number)
    print_pairs(pairs, as_json=as_json)


@app.command()
def verify(
    context: typer.Context,
    against: Annotated[
        list[str] | None,
        typer.Option(
            "--against",
            metavar="HEADER",
            help="A header kept elsewhere (in a mail, in a log), as HEADER or NUMBER:HEADER, or the manifest beside "
            "a published copy. May be given more than once.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify that what is stored is what was committed; name the first damaged snapshot.

    Without --against, the chain proves only that it agrees with itself: whoever can write the database can make
    another one.
    """
    from config import secrets
    from daemon.cli.progress import progress
    from daemon.store.keeping import verify as verifying

    anchors = [_anchor(text) for text in against or ()]
    settings = settings_of(context)
    key = secrets.key(settings.database.signing_key_file)
    with (
        reading(settings) as connection,
        progress(verifying.count(connection), "verifying") as advance,
    ):
        verdict = verifying.verify(connection, anchors, key=key, advance=advance)
    _print_verdict(verdict, len(anchors), as_json=as_json)
    if verdict.damages:
        raise typer.Exit(DAMAGED)


@app.command()
def prune(
    context: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be pruned; change nothing.")
    ] = False,
    keep: Annotated[
        list[int] | None,
        typer.Option(
            "--keep", metavar="NUMBER", min=1, max=2**63 - 1, help="Keep this one whatever its age."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prune old snapshots by the section [retention] of the settings, as the daemon does once a day.

    Headers stay, and snapshots that are kept show what they showed before.
    """
    from config import secrets
    from daemon.store import history
    from daemon.store.keeping import scheduled
    from daemon.store.lock import only_writer

    settings = settings_of(context)
    now, zone, policy = datetime.now(UTC), settings.schedule.zone, settings.retention
    key = secrets.key(settings.database.signing_key_file)
    with database_of(settings) as database:
        with database.reading() as connection:
            for number in keep or ():
                history.head(connection, number)
            plan = scheduled.plan(connection, policy, now, zone, keep or ())
        if dry_run or not plan.pruned:
            _print_plan(plan, dry_run=dry_run, as_json=as_json)
            return
        with only_writer(database, "snapshots prune"):
            done = scheduled.apply(database, policy, now, zone, keep or (), key=key)
        local = database.sqlite
    told = {
        "pruned": list(plan.pruned), "kept": plan.kept, "versions": done.versions, "documents": done.documents,
        "freed": done.characters,
    }  # fmt: skip
    if as_json:
        print_pairs(told, as_json=True)
        return
    sys.stdout.write(
        f"pruned {done.snapshots:,} snapshots ({', '.join(scheduled.ranges(plan.pruned))}), {plan.kept:,} are kept\n"
        f"{done.versions:,} versions and {done.documents:,} documents ({done.characters / 2**20:,.1f} MiB) are gone\n"
    )
    if local:
        sys.stdout.write(
            "the file keeps its size: freed room is used by the next snapshots; the published copy leaves it out\n"
        )


def _list(context: typer.Context, *, every: bool, as_json: bool) -> None:
    from daemon.store import lookups

    with reading(settings_of(context)) as connection:
        rows = lookups.snapshots(connection, every=every)
    pruned = ("pruned_at",) if every else ()
    print_rows(
        rows, ("number", "started_at", "state", "listed", "extents", *pruned, "header"), as_json=as_json
    )


def _anchor(text: str) -> Anchor:
    """A header, NUMBER:HEADER, or a manifest file. Raises BadParameter."""
    from daemon.store.keeping.verify import Anchor

    found = _HEADER.fullmatch(text.strip())
    if found:
        return Anchor(found[2].lower(), int(found[1]) if found[1] else None)
    try:
        content = orjson.loads(Path(text).read_bytes())
        found = _HEADER.fullmatch(f"{int(content['snapshot'])}:{content['header']}")
    except (OSError, ValueError, KeyError, TypeError):
        found = None
    if found is None:
        raise typer.BadParameter(
            f'"{text[:100]}" is no header (64 hex digits), no NUMBER:HEADER, and no manifest that can be read',
            param_hint="--against",
        )
    return Anchor(found[2].lower(), int(found[1]))


def _print_verdict(verdict: Verdict, anchors: int, *, as_json: bool) -> None:
    from daemon.report.safe_text import safe_text

    if as_json:
        damages = [{"snapshot": each.snapshot, "what": each.what} for each in verdict.damages]
        print_pairs(
            {
                "intact": not damages, "first_damaged": verdict.first, "damages": damages,
                "snapshots": verdict.snapshots, "pruned": verdict.pruned, "rows": verdict.rows,
                "anchors": anchors, "newest": verdict.newest, "header": verdict.header,
            },
            as_json=True,
        )  # fmt: skip
        return
    for at, each in enumerate(verdict.damages):
        which = "the database" if each.snapshot is None else f"snapshot {each.snapshot}"
        first = "first damaged: " if at == 0 else ""
        sys.stdout.write(f"{first}{which}: {safe_text(each.what)}\n")
    said = "damaged" if verdict.damages else "intact"
    sys.stdout.write(
        f"{said}: {verdict.snapshots:,} snapshots ({verdict.pruned:,} pruned), {verdict.rows:,} rows read, "
        f"{anchors} headers from elsewhere\n"
    )
    if verdict.newest and not verdict.damages:
        sys.stdout.write(f"newest: {verdict.newest}:{verdict.header}\n")
        if not anchors:
            sys.stdout.write("it agrees with itself; compare with a header from a mail: --against HEADER\n")


def _print_plan(plan: object, *, dry_run: bool, as_json: bool) -> None:
    from daemon.store.keeping.scheduled import Plan, ranges

    assert isinstance(plan, Plan)
    if as_json:
        spared = [{"snapshot": number, "reason": reason} for number, reason in plan.spared]
        print_pairs({"would_prune": list(plan.pruned), "kept": plan.kept, "spared": spared}, as_json=True)
        return
    if not plan.pruned:
        sys.stdout.write(f"nothing to prune: all {plan.kept:,} snapshots are kept by the settings\n")
    elif dry_run:
        sys.stdout.write(
            f"would prune {len(plan.pruned):,} snapshots ({', '.join(ranges(plan.pruned))}), {plan.kept:,} are kept\n"
        )
    for number, reason in plan.spared:
        sys.stdout.write(f"snapshot {number} is old and stays: {reason}\n")
