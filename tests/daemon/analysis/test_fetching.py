"""Which reads on a path's way its columns can come from."""

from __future__ import annotations

from daemon.analysis.fetching import fetched
from daemon.values.flow import Flow
from daemon.values.path import Direction, Hop
from tests.support import drifts

USERS, MAILER = "operation://prod//users/GET /users/{id}", "operation://prod//mailer/process mails"
TOPIC, HOST = "topic://prod/kafka/broker/mails", "host://public/api.sendgrid.com"
CUSTOMERS = "table://public/postgresql/db.example:5432/crm/public.customers"
ROUTE = (Hop(USERS, "publishes_to", TOPIC), Hop(TOPIC, "consumed_by", MAILER), Hop(MAILER, "sends_to", HOST))


def read(source: str, target: str, *columns: str) -> Flow:
    return Flow("prod", source, "reads", target, columns, (), "", "2026-11-20T06:00:00Z", "", 3)


def test_operations_of_the_route_that_read_the_columns_are_told() -> None:
    sent = drifts.path(USERS, HOST, Direction.SENDS, columns=("public.customers.email",), route=ROUTE)
    flows = (
        read(MAILER, CUSTOMERS, "nick"),
        read(USERS, CUSTOMERS, "email", "id"),
        read(USERS, CUSTOMERS.replace("customers", "archive"), "email"),
        read("operation://prod//other/GET /", CUSTOMERS, "email"),
    )
    [told] = fetched((sent,), flows)
    assert (told.hop.source, told.hop.target) == (USERS, CUSTOMERS)
    assert (told.first_seen, told.times) == ("2026-11-20T06:00:00Z", 3)


def test_of_a_path_that_reads_itself_nothing_is_told() -> None:
    path = drifts.path(USERS, CUSTOMERS, columns=("email",), route=(Hop(USERS, "reads", CUSTOMERS),))
    assert fetched((path,), (read(USERS, CUSTOMERS, "email"),)) == ()
