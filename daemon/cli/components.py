"""`driftline components` and `driftline sbom`: what is inside what runs."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.cli.groups import group
from daemon.cli.opening import reading, settings_of
from daemon.cli.options import AsJson

if TYPE_CHECKING:
    from config.settings import Settings

app = group()


@app.command()
def find(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Part of the component's name or package URL, as log4j-core.")],
    as_json: AsJson = False,
) -> None:
    """Say which services run a component, in which version and image."""
    from daemon.cli.tables import print_rows
    from daemon.store import lookups

    with reading(settings_of(context)) as connection:
        rows = lookups.components(connection, name)
    print_rows(rows, ("name", "version", "subject", "image"), as_json=as_json)


@app.command()
def vulnerable(context: typer.Context, as_json: AsJson = False) -> None:
    """List the components with known vulnerabilities that run."""
    from daemon.cli.tables import print_rows
    from daemon.store import lookups

    settings = settings_of(context)
    with reading(settings) as connection:
        rows = lookups.findings(connection)
        inside = {row["purl"] for row in lookups.components(connection, "")}
    columns = ("severity", "advisory", "component", "version", "fixed", "subject")
    print_rows(rows, columns, as_json=as_json)
    _say_what_is_not_covered(settings, inside)


def _say_what_is_not_covered(settings: Settings, purls: Iterable[str]) -> None:
    """No finding means nothing where no advisory would name the component."""
    from daemon.advisories import Knowledge

    knowledge = Knowledge(settings.images.osv_directory)
    knowledge.refresh()
    reasons = Counter(reason for purl in purls if (reason := knowledge.why_not(purl)))
    for reason, count in sorted(reasons.items()):
        typer.echo(f"not covered: {count} component{'s' if count > 1 else ''}: {reason}", err=True)


def sbom(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="SERVICE|IMAGE", help="Name, urn, or a part of it.")],
) -> None:
    """Write what a service or an image contains as CycloneDX JSON."""
    from collectors.images import sbom as bill
    from daemon.analysis.components import digest_of
    from daemon.store import findings, history, lookups
    from daemon.store.errors import NotFound

    with reading(settings_of(context)) as connection:
        rows = lookups.images(connection, what)
        exact = [row for row in rows if what in _names(row["subject"], row["image"])]
        images = sorted({row["image"] for row in exact or rows})
        inside = findings.load_components(connection, [digest_of(image) for image in images])
        number = history.newest(connection)
        taken = history.head(connection, number).time if number else None
    if not images:
        raise NotFound(f'no image in use matches "{what}": see `driftline inventory --type image`')
    if len(images) > 1:
        raise typer.BadParameter(
            f'"{what}" matches {len(images)} images: {", ".join(images)}', param_hint="SERVICE|IMAGE"
        )
    found = inside.get(digest_of(images[0]))
    if found is None or taken is None:
        raise NotFound(f"what is inside {images[0]} is not known: no bill of materials is attached to it")
    listed = [{"purl": purl, "name": name, "version": version} for purl, name, version in found]
    name = images[0].partition("://")[2].rpartition("@")[0]
    sys.stdout.write(bill.cyclonedx(digest_of(images[0]), name, listed, taken) + "\n")


def _names(subject: str, image: str) -> set[str]:
    """What may be meant by a service or an image in full, as opposed to a part of its name."""
    from daemon.analysis.telling import short_name

    place, _, digest = image.partition("://")[2].rpartition("@")
    return {subject, short_name(subject), image, digest, place, place.rpartition("/")[2]}
