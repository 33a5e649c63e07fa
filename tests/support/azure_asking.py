"""Runs an Azure collector against the fake, as a cycle does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

from collectors.azure import permissions as permissions_of
from collectors.azure.collector import AzureCollector
from collectors.azure.sessions import AzureAccount
from collectors.model import Extent, Gap, Listing, Scope
from tests.support.azure_estate import SHOP
from tests.support.azure_fake import CLIENT, SECRET, TENANT, AzureFake

Answers = dict[Extent, Listing | Gap]


NEEDED = {
    "subscriptions": permissions_of.SUBSCRIPTIONS,
    "subscription": permissions_of.SUBSCRIPTIONS,
    "groups": permissions_of.GROUPS,
    "resources": permissions_of.RESOURCES,
    "permissions": permissions_of.PERMISSIONS,
    "graph": permissions_of.QUERY,
}


def permissions(fake: AzureFake) -> set[str]:
    """The actions that the calls made so far need; signing in needs none."""
    called = {call.split()[1] for call in fake.calls} - {"openid", "token"}
    return {NEEDED[operation] for operation in called}


def account(fake: AzureFake) -> AzureAccount:
    """Settings that lead to the fake."""
    return AzureAccount(
        "shop",
        TENANT,
        CLIENT,
        SECRET,
        authority=fake.authority,
        endpoint=fake.url,
        ca_file=str(fake.ca_file),
    )


@contextmanager
def collector(
    fake: AzureFake,
    *types: str,
    subscriptions: Sequence[str] = ("all",),
    deadline: float = 20.0,
    **changed: str,
) -> Iterator[AzureCollector]:
    """A collector for the types (globs; all, if none is named), closed afterwards."""
    settings = replace(account(fake), subscriptions=tuple(subscriptions), **changed)
    made = AzureCollector([settings], types=types, deadline=deadline, threads=4)
    try:
        yield made
    finally:
        made.close()


def cycle(made: AzureCollector) -> Answers:
    """Every answer of one cycle, by extent; each extent is answered once."""
    answers: Answers = {}
    requests = list(made.plan())
    with ThreadPoolExecutor(4) as threads:
        for answered in threads.map(lambda request: list(made.answer(request)), requests):
            for answer in answered:
                assert isinstance(answer, Listing | Gap)
                assert answer.extent not in answers
                answers[answer.extent] = answer
    assert set(answers) == {extent for request in requests for extent in request.extents}
    return answers


def of(answers: Answers, type: str, subscription: str = SHOP) -> Listing | Gap:
    """The answer for one type in one subscription."""
    return answers[Extent(type, Scope("azure", subscription))]


def listed(answers: Answers, type: str, subscription: str = SHOP) -> Listing:
    """The listing of a type. Fails with the gap's own words."""
    found = of(answers, type, subscription)
    assert isinstance(found, Listing), found
    return found


def gap(answers: Answers, type: str, subscription: str = SHOP) -> Gap:
    """The gap of a type."""
    found = of(answers, type, subscription)
    assert isinstance(found, Gap), found
    return found
