"""Answers the extents of AWS: each row in each configured account and region, whole or as a gap."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from collectors.aws.environment import tongue
from collectors.aws.inventory import Inventory
from collectors.aws.listings import Place
from collectors.aws.resources import ROWS
from collectors.aws.row import AwsResourceType
from collectors.aws.sessions import AwsAccount, Identity, Session, loader
from collectors.aws.transport import Transport
from collectors.contract import Request
from collectors.errors import NotListed
from collectors.model import Answer, Extent, Gap, Listing, Relation, Resource, Scope, Why
from collectors.shaping import shaped

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 20.0


class AwsCollector:
    """Rows x accounts x regions. Safe to call from many threads."""

    name = "aws"

    def __init__(
        self,
        accounts: Sequence[AwsAccount],
        *,
        types: Sequence[str] = (),
        skip_types: Sequence[str] = (),
        deadline: float = 120.0,
        threads: int = 16,
        rows: Sequence[AwsResourceType] = ROWS,
    ) -> None:
        self._rows = {row.type: row for row in rows if _wanted(row.type, types, skip_types)}
        self._deadline = deadline
        self.transport = Transport(
            connect=min(CONNECT_TIMEOUT, deadline / 2),
            read=min(READ_TIMEOUT, deadline / 2),
            connections=2 * threads,
        )
        models = loader()
        self._sessions = {each.name: Session(each, self.transport, models) for each in accounts}
        self.inventory = Inventory(repeated_calls(self._rows.values()), threads)
        self._identified: dict[str, Identity] = {}
        self._last_planned: dict[Extent, float] = {}
        self._answered: set[Extent] = set()
        self._asked: frozenset[Extent] | None = None

    def plan(self) -> Iterable[Request]:
        """One request for each due extent. An account that cannot be identified is asked again as they run."""
        self.inventory.new_cycle()
        self._answered.clear()
        requests = []
        asked: set[Extent] = set()
        for name, session in self._sessions.items():
            session.forget()
            account, regions = self._outline(name, session)
            for row in self._rows.values():
                for region in ("",) if row.worldwide else regions:
                    extent = Extent(row.type, Scope("aws", account, region))
                    asked.add(extent)
                    if self._due(row, extent):
                        requests.append(Request(self.name, (extent,), {"account": name}, self._deadline))
        entered = all(name in self._identified for name in self._sessions)
        self._asked = frozenset(asked) if entered else None
        return requests

    def asked(self) -> frozenset[Extent] | None:
        """Every extent of the settings; None while an account has never been identified."""
        return self._asked

    def _outline(self, name: str, session: Session) -> tuple[str, tuple[str, ...]]:
        """Account and regions as far as they can be known now; a gap must name the extents it stands for."""
        try:
            identity = session.identity()
        except NotListed:
            known = self._identified.get(name)
            if known:
                return known.account, known.regions
            settings = session.account
            role = settings.role_arn.split(":")[4:5]
            regions = tuple(region for region in settings.regions if region != "all")
            return settings.account or "".join(role) or name, regions or ("",)
        self._identified[name] = identity
        return identity.account, identity.regions

    def _due(self, row: AwsResourceType, extent: Extent) -> bool:
        now = time.monotonic()
        last = self._last_planned.get(extent)
        if last is not None and row.every and now - last < row.every.total_seconds():
            return False
        self._last_planned[extent] = now
        return True

    def answer(self, request: Request) -> Iterator[Answer]:
        """A listing or a gap for each extent of the request."""
        for extent in request.extents:
            try:
                yield self._listed(extent, str(request.parameters["account"]), request.deadline)
            except NotListed as error:
                self._last_planned.pop(extent, None)  # what was not seen is due at once
                yield Gap(extent, error.why, error.detail)
            except Exception as error:  # noqa: BLE001 - a defect in one row must not take the other extents along
                self._last_planned.pop(extent, None)
                yield Gap(
                    extent,
                    Why.FAILED,
                    f"{type(error).__name__} while listing {extent.type}: a defect of this program, please report it",
                )

    def _listed(self, extent: Extent, name: str, seconds: float) -> Listing:
        until = time.monotonic() + seconds
        row = self._rows[extent.type]
        session = self._sessions[name]
        identity = session.identity()
        if identity.account != extent.scope.account:
            raise NotListed(
                Why.DENIED,
                f"the account could not be identified when the cycle began; it is {identity.account}",
            )
        place = Place(session, identity, extent.scope.region)
        if extent in self._answered:
            self.inventory.forget(place)
        self._answered.add(extent)
        resources: dict[str, Resource] = {}
        relations: dict[tuple[str, str, str], Relation] = {}
        failed = 0
        for one in self.inventory.describe(row, place, until):
            item = row.refine(one.item) if row.refine else one.item
            result = shaped(row, item, extent.scope, tongue(item), frozenset(one.unknown))
            if result is None:
                continue
            resource, leads = result
            failed += one.failed
            resources[resource.urn] = resource
            relations |= {(each.source, each.verb, str(each.target)): each for each in leads}
        return Listing(
            extent,
            tuple(resources[urn] for urn in sorted(resources)),
            tuple(relations[identity] for identity in sorted(relations)),
            row.fingerprint,
            failed,
        )

    def close(self) -> None:
        """Ends threads and connections."""
        self.inventory.close()
        self.transport.close()


def repeated_calls(rows: Iterable[AwsResourceType]) -> frozenset[tuple[str, str]]:
    """The operations that more than one row makes: those whose answers are worth keeping for a cycle."""
    made: Counter[tuple[str, str]] = Counter()
    for row in rows:
        made.update((row.service_of(call), call.operation) for call in row.calls)
        above = row.over
        while above is not None:
            made[above.service, above.list.operation] += 1
            above = above.over
    return frozenset(call for call, count in made.items() if count > 1)


def _wanted(type: str, types: Sequence[str], skip_types: Sequence[str]) -> bool:
    included = not types or any(fnmatchcase(type, glob) for glob in types)
    return included and not any(fnmatchcase(type, glob) for glob in skip_types)
