"""What the shop's documents become: resources, other names, relations; and nothing that is secret or volatile."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from collectors.model import Alias, Extent, Listing, Relation, Resource, Role, Scope
from collectors.redaction import scrub_json
from daemon.analysis import links
from daemon.analysis.canonical import canonical
from daemon.store.documents import of_resource
from daemon.store.spool import Spool
from daemon.values.graph import Bound, Graph
from tests.support.azure_asking import Answers, collector, cycle, listed
from tests.support.azure_estate import CANARY, ENVIRONMENT, IDENTITY, NIC, OTHER, SHOP, SUBNET, id_of
from tests.support.azure_fake import CLIENT, SECRET, TENANT, AzureFake

APP = id_of("Microsoft.App/containerApps", "checkout")
NETWORK = id_of("Microsoft.Network/virtualNetworks", "shop-net")


def one(answers: Answers, type: str) -> Resource:
    [found] = listed(answers, type).resources
    return found


def told(answers: Answers, type: str) -> set[str]:
    return {f"{each.verb} {each.target}" for each in listed(answers, type).relations}


@pytest.fixture
def answers(fake: AzureFake) -> Answers:
    with collector(fake) as made:
        return cycle(made)


def test_every_extent_of_every_subscription_is_listed(answers: Answers) -> None:
    assert all(isinstance(answer, Listing) for answer in answers.values())
    assert {extent.scope for extent in answers} == {Scope("azure", SHOP), Scope("azure", OTHER)}
    assert one(answers, "azure.subscription").name == "Shop"
    [spare] = listed(answers, "azure.resource_group", OTHER).resources
    assert (spare.name, spare.scope) == ("Spare", Scope("azure", OTHER, "westeurope"))


def test_a_removal_needs_two_listings(answers: Answers) -> None:
    assert {answer.confirm for answer in answers.values() if isinstance(answer, Listing)} == {2}


def test_one_traversal_answers_every_type(fake: AzureFake) -> None:
    with collector(fake, subscriptions=[OTHER]) as made:
        [request] = made.plan()
        list(made.answer(request))
    assert len(request.extents) >= 50
    assert [call for call in fake.calls if "graph" in call] == [f"POST graph {OTHER}"]


def test_a_container_app_faces_the_internet_and_says_what_it_is_configured_for(answers: Answers) -> None:
    app = one(answers, "azure.containerapps.app")
    assert (app.urn, app.name, app.role, app.public) == (APP, "checkout", Role.WORKLOAD, True)
    assert app.scope == Scope("azure", SHOP, "westeurope")
    assert Alias("public", "host", "checkout.happysea-1.westeurope.azurecontainerapps.io") in app.aliases
    assert app.tags == {"team": "shop"}
    assert app.attributes["Containers"] == [
        {
            "Name": "app",
            "Image": "shop.azurecr.io/checkout:1.4",
            "Variables": ["API_TOKEN", "BLOBS", "MAILER", "SQL"],
        }
    ]
    assert told(answers, "azure.containerapps.app") == {
        f"assumes {IDENTITY}",
        f"in_network {ENVIRONMENT}",
        "uses_secret public|host|shop-vault.vault.azure.net",
        "configured_for public|host|api.mailer.example",
        "configured_for public|host|shop-sql.database.windows.net",
        "configured_for public|host|shopfiles.blob.core.windows.net",
        "uses_image public|image_name|shop.azurecr.io/checkout:1.4",
    }


def test_an_app_without_ingress_is_not_public(fake: AzureFake) -> None:
    app = next(each for each in fake.world[SHOP].resources if each["type"] == "Microsoft.App/containerApps")
    app["properties"]["configuration"]["ingress"]["external"] = False
    with collector(fake, "azure.containerapps.app") as made:
        assert one(cycle(made), "azure.containerapps.app").public is False


@pytest.mark.parametrize(
    ("type", "host", "role", "public"),
    [
        ("azure.sql.server", "shop-sql.database.windows.net", Role.DATA_STORE, True),
        ("azure.postgresql.server", "shop-pg.postgres.database.azure.com", Role.DATA_STORE, False),
        ("azure.storage.account", "shopfiles.blob.core.windows.net", Role.DATA_STORE, True),
        ("azure.storage.account", "shopfiles.queue.core.windows.net", Role.DATA_STORE, True),
        ("azure.keyvault.vault", "shop-vault.vault.azure.net", Role.SECRET, True),
        ("azure.servicebus.namespace", "shop-bus.servicebus.windows.net", Role.QUEUE, True),
        ("azure.web.site", "hooks.shop.example", Role.WORKLOAD, True),
        ("azure.network.public_address", "legacy.westeurope.cloudapp.azure.com", Role.ENTRY, True),
    ],
)
def test_services_answer_to_their_hosts(
    answers: Answers, type: str, host: str, role: Role, public: bool
) -> None:
    found = one(answers, type)
    assert Alias("public", "host", host) in found.aliases
    assert (found.role, found.public) == (role, public)


def test_a_public_address_leads_through_its_interface_to_the_machine(answers: Answers) -> None:
    assert told(answers, "azure.network.public_address") == {f"routes_to {NIC}"}
    machine = one(answers, "azure.compute.machine")
    assert f"routes_to {machine.urn}" in told(answers, "azure.network.interface")
    assert Alias(f"azure:{NETWORK}", "address", "10.0.1.4") in one(answers, "azure.network.interface").aliases


def test_subnets_are_found_within_their_network(answers: Answers) -> None:
    subnet = one(answers, "azure.network.subnet")
    assert (subnet.urn, subnet.name) == (SUBNET, "apps")
    assert subnet.namespaces == (f"azure:{NETWORK}",)
    assert told(answers, "azure.network.subnet") == {f"in_network {NETWORK}"}


def test_what_is_in_no_region_has_none(answers: Answers) -> None:
    assert one(answers, "azure.dns.zone").scope.region == ""
    assert one(answers, "azure.privatedns.zone").attributes == {"Private": True}


def test_a_type_without_a_row_is_kept_whole_but_for_what_is_volatile_or_secret(answers: Answers) -> None:
    kept = {each.name: each.attributes for each in listed(answers, "azure.resource").resources}
    assert kept == {
        "shop-insights": {
            "Type": "microsoft.insights/components",
            "Properties": {
                "Application_Type": "web",
                "Callback": "https://hooks.example/in",
                "RetentionInDays": 90,
            },
        },
        "script": {
            "Type": "microsoft.compute/virtualmachines/extensions",
            "Properties": {"publisher": "Microsoft.Azure.Extensions", "typeHandlerVersion": "2.1"},
        },
    }


def test_no_secret_is_kept_and_none_reaches_the_spool(answers: Answers, tmp_path: Path) -> None:
    for answer in answers.values():
        assert CANARY not in repr(answer)
        assert SECRET not in repr(answer)
    spool = Spool(tmp_path / "spool", lambda document: canonical(scrub_json(document)))
    for answer in answers.values():
        spool.add(answer)
    written = b"".join(row.body for each in answers for row in spool.rows(each))
    spool.close()
    assert b"shop.azurecr.io/checkout:1.4" in written
    for planted in (CANARY, SECRET, "jane"):
        assert planted.encode() not in written


def test_the_same_world_gives_equal_answers(fake: AzureFake) -> None:
    with collector(fake) as made:
        first = cycle(made)
        fake.world[SHOP].resources.reverse()
        fake.page = 2
        second = cycle(made)
    assert first == second


def test_volatile_fields_are_no_change(fake: AzureFake) -> None:
    with collector(fake) as made:
        first = cycle(made)
        for each in fake.world[SHOP].resources:
            each["properties"] |= {"provisioningState": "Updating", "lastModifiedTimeUtc": "now", "etag": "2"}
            each["location"] = each["location"].replace("westeurope", "West Europe")
            each["id"] = each["id"].replace("resourceGroups", "resourcegroups")
        assert cycle(made) == first


def test_what_is_not_described_yet_keeps_what_is_known_of_it(fake: AzureFake) -> None:
    fake.world[SHOP].hidden_from_graph = {APP}
    with collector(fake) as made:
        found = listed(cycle(made), "azure.containerapps.app")
    [app] = found.resources
    assert found.details_failed == 1
    assert (app.urn, app.name, app.tags) == (APP, "checkout", {"team": "shop"})
    assert {"Containers", "Variables", "aliases", "configured_for", "public", "uses_image"} <= set(
        app.unobserved
    )
    assert "tags" not in app.unobserved


def test_what_is_described_and_not_listed_is_there(fake: AzureFake) -> None:
    fake.world[SHOP].hidden_from_list = {APP}
    with collector(fake) as made:
        assert one(cycle(made), "azure.containerapps.app").public is True


def test_types_narrow_the_query(fake: AzureFake) -> None:
    bodies: list[str] = []
    fake.rule("graph", lambda call: bodies.append(call.body["query"]) is not None)
    with collector(fake, "azure.sql.*", "azure.subscription", subscriptions=[SHOP]) as made:
        answers = cycle(made)
    assert {extent.type for extent in answers} == {
        "azure.sql.database",
        "azure.sql.instance",
        "azure.sql.server",
        "azure.subscription",
    }
    assert "'microsoft.sql/servers'" in bodies[0]
    assert "microsoft.app" not in bodies[0]
    assert one(answers, "azure.sql.database").name == "orders"


def test_closing_twice_is_safe(fake: AzureFake) -> None:
    with collector(fake, subscriptions=[OTHER]) as made:
        cycle(made)
        made.close()
    made.close()


def test_spans_meet_the_inventory(answers: Answers) -> None:
    service, table = "service://prod//checkout", "table://public/mssql/shop-sql:1433/orders/dbo.customers"
    resources = {
        each.urn: each
        for answer in answers.values()
        if isinstance(answer, Listing)
        for each in answer.resources
    }
    for urn, role in ((service, Role.SERVICE), (table, Role.TABLE)):
        resources[urn] = Resource(urn, role.value, urn, Scope("traces", "prod"), role)
    runs_on = Alias("public", "resource", APP)
    stored_in = Alias("public", "host", "shop-sql.database.windows.net")
    graph = Graph(
        resources, (Relation(service, "runs_on", runs_on), Relation(table, "stored_in", stored_in)), {}
    )
    bound = links.bind(graph, previous={}, own_domains=(), vendor=lambda _: None)
    assert (bound[str(runs_on)].state, bound[str(runs_on)].urn) == (Bound.RESOLVED, APP)
    assert bound[str(stored_in)].urn == id_of("Microsoft.Sql/servers", "shop-sql")


def test_the_sdk_is_loaded_only_for_an_account(fake: AzureFake, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    account = {
        "tenant": TENANT,
        "client_id": CLIENT,
        "client_secret_file": str(secret),
        "authority": fake.authority,
        "endpoint": fake.url,
        "ca_file": str(fake.ca_file),
    }
    lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in account.items())
    (tmp_path / "with.toml").write_text(f"[traces]\nenabled = false\n[[azure.accounts]]\n{lines}\n")
    (tmp_path / "without.toml").write_text("[traces]\nenabled = false\n")
    code = (
        "import sys; from pathlib import Path; from config.settings import load; "
        "from collectors.registry import collectors; "
        "made = [one for one in collectors(load(Path(sys.argv[1])), None) if one.name == 'azure']; "
        "print(len(made), [len(list(one.plan())) for one in made], 'azure.core' in sys.modules)"
    )

    def run(name: str) -> str:
        command = [sys.executable, "-c", code, str(tmp_path / name)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    assert run("without.toml") == "0 [] False"
    assert run("with.toml") == "1 [2] True"


def test_every_resource_makes_a_document(answers: Answers) -> None:
    for answer in answers.values():
        assert isinstance(answer, Listing)
        for each in answer.resources:
            assert of_resource(each)["scope"] == ["azure", answer.extent.scope.account, each.scope.region]
        assert answer.extent == Extent(answer.extent.type, Scope("azure", answer.extent.scope.account))
