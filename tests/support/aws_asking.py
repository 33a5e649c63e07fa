"""Runs an AWS collector over one endpoint, as a cycle does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from collectors.aws.collector import AwsCollector
from collectors.aws.resources import ROWS
from collectors.aws.row import AwsResourceType
from collectors.aws.sessions import AwsAccount
from collectors.model import Extent, Gap, Listing
from tests.support.aws_estate import REGION


@contextmanager
def collector(
    url: str,
    *types: str,
    regions: Sequence[str] = (REGION,),
    deadline: float = 30.0,
    rows: Sequence[AwsResourceType] = ROWS,
    account: AwsAccount | None = None,
) -> Iterator[AwsCollector]:
    """A collector for the types (globs; all, if none is named), closed afterwards."""
    settings = account or AwsAccount("shop", regions=tuple(regions), endpoint_url=url)
    made = AwsCollector([settings], types=types, deadline=deadline, threads=4, rows=rows)
    try:
        yield made
    finally:
        made.close()


def cycle(made: AwsCollector) -> dict[Extent, Listing | Gap]:
    """Every answer of one cycle, by extent; each extent is answered once."""
    answers: dict[Extent, Listing | Gap] = {}
    requests = list(made.plan())
    with ThreadPoolExecutor(4) as threads:
        for answered in threads.map(lambda request: list(made.answer(request)), requests):
            for answer in answered:
                assert isinstance(answer, Listing | Gap)
                assert answer.extent not in answers
                answers[answer.extent] = answer
    assert set(answers) == {extent for request in requests for extent in request.extents}
    return answers


def listed(answers: dict[Extent, Listing | Gap], type: str) -> Listing:
    """The one listing of a type. Fails with the gap's own words."""
    found = [answer for extent, answer in answers.items() if extent.type == type]
    assert len(found) == 1, found
    assert isinstance(found[0], Listing), found[0]
    return found[0]
