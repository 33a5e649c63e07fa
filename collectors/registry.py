"""Which collectors there are, and which of them the settings ask for.

A provider's module is imported when its collector is made, so that no command loads an SDK it does not need.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from collectors.contract import Collector, FactSource
from collectors.spec import Reported
from config.secrets import read

if TYPE_CHECKING:
    from config.settings import Settings


def collectors(settings: Settings, facts: FactSource | None) -> list[Collector]:
    """Every collector the settings ask for, in the order in which they are run."""
    made: list[Collector] = []
    if settings.aws.accounts:
        made.append(_aws(settings))
    if settings.traces.enabled and facts is not None:
        made.append(_traces(settings, facts))
    return made


def reporting() -> Mapping[str, Reported]:
    """How each resource type is reported; one that is not named is `always`."""
    from collectors.aws.resources import ROWS  # noqa: PLC0415 - rows are read when a report needs them

    return {row.type: row.report for row in ROWS if row.report is not Reported.ALWAYS}


def _aws(settings: Settings) -> Collector:
    from collectors.aws.collector import AwsCollector  # noqa: PLC0415 - loads the AWS SDK
    from collectors.aws.sessions import AwsAccount  # noqa: PLC0415 - loads the AWS SDK

    return AwsCollector(
        [
            AwsAccount(
                name=each.name,
                account=each.account,
                profile=each.profile,
                role_arn=each.role_arn,
                external_id=read(each.external_id_file) if each.external_id_file else "",
                regions=tuple(each.regions),
                endpoint_url=each.endpoint_url,
            )
            for each in settings.aws.accounts
        ],
        types=settings.aws.types,
        skip_types=settings.aws.skip_types,
        deadline=settings.aws.deadline.total_seconds(),
        threads=settings.schedule.threads,
    )


def _traces(settings: Settings, facts: FactSource) -> Collector:
    from collectors.traces.collector import TracesCollector  # noqa: PLC0415 - loads the SQL parser

    return TracesCollector(facts, settings.traces)
