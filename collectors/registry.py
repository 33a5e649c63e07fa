"""Which collectors there are, and which of them the settings ask for.

A provider's module is imported when its collector is made, so that no command loads an SDK it does not need.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from collectors import accounts
from collectors.contract import Collector, FactStore
from collectors.spec import Reported
from config.errors import SecretError
from config.secrets import read

if TYPE_CHECKING:
    from collectors.traces.facts import Flows
    from config.settings import ImageRegistry, Settings


def collectors(settings: Settings, facts: FactStore | None, flows: Flows | None = None) -> list[Collector]:
    """Every collector the settings ask for, in the order in which they are run.

    `flows`: those of this process's receiver, where a trace that is sent in part and pulled in part is put together.
    """
    made: list[Collector] = []
    if settings.aws.accounts:
        made.append(_aws(settings))
    if settings.gcp.accounts:
        made.append(_gcp(settings))
    if settings.azure.accounts:
        made.append(_azure(settings))
    if settings.images.enabled:
        made.append(_images(settings))
    if settings.declared:
        made.append(_declared(settings))
    if settings.traces.enabled and facts is not None:
        if settings.traces.imports or settings.traces.pulls:
            made.append(_pulls(settings, facts, flows))
        made.append(_traces(settings, facts))
    return made


def reporting() -> Mapping[str, Reported]:
    """How each resource type is reported; one that is not named is `always`."""
    from collectors.aws import resources as aws  # noqa: PLC0415 - rows are read when a report needs them
    from collectors.azure import resources as azure  # noqa: PLC0415 - rows are read when a report needs them
    from collectors.gcp import resources as gcp  # noqa: PLC0415 - rows are read when a report needs them

    reports = [(row.type, row.report) for rows in (aws.ROWS, azure.ROWS, gcp.ROWS) for row in rows]
    reported = {type: report for type, report in reports if report is not Reported.ALWAYS}
    return {**reported, "image.manifest": Reported.SUMMARY}


def _aws(settings: Settings) -> Collector:
    from collectors.aws.collector import AwsCollector  # noqa: PLC0415 - loads the AWS SDK

    return AwsCollector(
        [accounts.aws(each) for each in settings.aws.accounts],
        types=settings.aws.types,
        skip_types=settings.aws.skip_types,
        deadline=settings.aws.deadline.total_seconds(),
        threads=settings.schedule.threads,
    )


def _gcp(settings: Settings) -> Collector:
    from collectors.gcp.collector import GcpCollector  # noqa: PLC0415 - loads Google's SDK

    return GcpCollector(
        [accounts.gcp(each) for each in settings.gcp.accounts],
        types=settings.gcp.types,
        skip_types=settings.gcp.skip_types,
        deadline=settings.gcp.deadline.total_seconds(),
    )


def _azure(settings: Settings) -> Collector:
    from collectors.azure.collector import AzureCollector  # noqa: PLC0415 - loads Azure's SDK

    return AzureCollector(
        [accounts.azure(each) for each in settings.azure.accounts],
        types=settings.azure.types,
        skip_types=settings.azure.skip_types,
        deadline=settings.azure.deadline.total_seconds(),
        threads=settings.schedule.threads,
    )


def _images(settings: Settings) -> Collector:
    from collectors.images.collector import ImagesCollector  # noqa: PLC0415 - loads an HTTP client
    from collectors.images.registry import Access, Limits  # noqa: PLC0415 - loads an HTTP client

    def access(each: ImageRegistry) -> Access:
        try:
            password, fault = read(each.password_file) if each.password_file else "", ""
        except SecretError as error:
            password, fault = "", str(error)
        return Access(each.host, each.username, password, each.plain_http, each.allow_private, fault)

    for each in settings.images.registries:
        if each.password_file:
            read(each.password_file)  # a fault at the start is one of the settings; later it is weather
    return ImagesCollector(
        lambda: [access(each) for each in settings.images.registries],
        deadline=settings.images.deadline.total_seconds(),
        limits=Limits(settings.images.max_manifest, settings.images.max_sbom),
    )


def _pulls(settings: Settings, facts: FactStore, flows: Flows | None) -> Collector:
    from collectors.sources import pulls  # noqa: PLC0415 - loads the SQL parser
    from collectors.traces.facts import Flows  # noqa: PLC0415 - loads the SQL parser
    from collectors.traces.pulls.collector import PullsCollector  # noqa: PLC0415 - loads the SQL parser

    flows = flows or Flows(facts, settings.traces.pairing_window.total_seconds())
    return PullsCollector(pulls(settings), flows, facts)


def _declared(settings: Settings) -> Collector:
    from collectors.declared.collector import DeclaredCollector  # noqa: PLC0415 - as all others

    return DeclaredCollector(settings.declared)


def _traces(settings: Settings, facts: FactStore) -> Collector:
    from collectors.traces.collector import TracesCollector  # noqa: PLC0415 - loads the SQL parser

    return TracesCollector(facts, settings.traces)
