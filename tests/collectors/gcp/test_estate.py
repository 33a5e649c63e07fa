"""Every row against assets in the form in which the inventory shows them."""

from __future__ import annotations

import itertools

import orjson
import pytest

from collectors.gcp.collector import GcpCollector
from collectors.gcp.resources import ROWS
from collectors.model import Alias, Listing, Relation, Resource, Role
from collectors.redaction import scrub_json
from daemon.store import documents
from tests.collectors.gcp.conftest import Make
from tests.support.conformance import Answers, cycle
from tests.support.gcp_estate import CANARIES, DIGEST, EU, IMAGE, KEY, NETWORK, PERSON, POLICY_TAG, ROBOT
from tests.support.gcp_fake import NUMBER, PROJECT, SCOPE, Fake, asset, project

VPC = f"vpc://compute.googleapis.com/{NETWORK}"
RUN = f"//run.googleapis.com/projects/{PROJECT}/locations/{EU}/services"


@pytest.fixture
def answers(make: Make) -> Answers:
    return cycle(make())


def of(answers: Answers, type: str) -> Listing:
    (found,) = (each for extent, each in answers.items() if extent.type == type)
    assert isinstance(found, Listing), found
    return found


def one(answers: Answers, type: str, name: str = "") -> Resource:
    (found,) = (each for each in of(answers, type).resources if name in {"", each.name})
    return found


def leads(answers: Answers, type: str, urn: str, verb: str) -> set[str]:
    return {
        str(each.target) for each in of(answers, type).relations if (each.source, each.verb) == (urn, verb)
    }


def test_each_type_is_listed_with_what_its_row_says(answers: Answers) -> None:
    for row in ROWS:
        listing = of(answers, row.type)
        assert listing.resources, row.type
        assert listing.extent.scope.account == SCOPE
        for resource in listing.resources:
            assert resource.urn.startswith(f"//{row.asset_type.partition('/')[0]}/")
            assert resource.scope.account == PROJECT, resource
            assert resource.role is row.role
            assert resource.name


def test_one_traversal_answers_all_types_of_a_scope(fake: Fake, make: Make) -> None:
    collector = make()
    (request,) = collector.plan()
    assert len(request.extents) == len(ROWS)
    list(collector.answer(request))
    pages = -(-len(fake.world.assets) // fake.world.page)
    assert fake.world.calls["ListAssets"] == pages + 1  # and one for the names of projects


def test_a_service_on_cloud_run_reads_a_database_on_cloud_sql(answers: Answers) -> None:
    service = one(answers, "gcp.run.service", "orders")
    database = one(answers, "gcp.sql.instance")
    assert (service.role, service.public) == (Role.WORKLOAD, True)
    assert (service.scope.region, database.scope.region) == (EU, EU)
    assert service.namespaces == database.namespaces == (VPC,)
    private = Alias(VPC, "address", "10.20.0.5")
    assert private in database.aliases
    assert {
        Alias("public", "cloudsql", f"{PROJECT}:{EU}:main"),
        Alias("public", "address", "203.0.113.5"),
        Alias("public", "host", f"abc.xyz.{EU}.sql.goog"),
    } < set(database.aliases)
    assert Alias("public", "address", "203.0.113.6") not in database.aliases  # it calls from there
    assert database.public is False
    assert leads(answers, "gcp.run.service", service.urn, "configured_for") == {
        str(private),
        f"public|cloudsql|{PROJECT}:{EU}:main",
        "public|gcs|shop-exports",
        "public|host|api.partner.example",
        f"//pubsub.googleapis.com/projects/{PROJECT}/topics/orders",
    }
    assert leads(answers, "gcp.run.service", service.urn, "uses_image") == {f"public|image_name|{IMAGE}:1.4"}
    assert leads(answers, "gcp.run.service", service.urn, "uses_secret") == {f"gcp:{PROJECT}|secret|signing"}
    assert leads(answers, "gcp.run.service", service.urn, "assumes") == {f"public|service_account|{ROBOT}"}


def test_a_service_answers_to_its_url_and_to_both_forms_of_its_full_name(answers: Answers) -> None:
    assert set(one(answers, "gcp.run.service", "orders").aliases) == {
        Alias("public", "host", "orders-abc123-ey.a.run.app"),
        Alias("public", "resource", f"{RUN}/orders"),
        Alias("public", "resource", f"{RUN}/orders".replace(PROJECT, NUMBER)),
    }


def test_both_versions_of_a_service_have_one_form(answers: Answers) -> None:
    first, second = one(answers, "gcp.run.service", "orders"), one(answers, "gcp.run.service", "ledger")
    assert first.attributes["Ingress"] == "INGRESS_TRAFFIC_ALL"
    assert second.attributes["Ingress"] == "INGRESS_TRAFFIC_INTERNAL_ONLY"
    assert second.public is False
    assert leads(answers, "gcp.run.service", second.urn, "in_network") == {
        f"//vpcaccess.googleapis.com/projects/{PROJECT}/locations/{EU}/connectors/out"
    }
    assert one(answers, "gcp.vpcaccess.connector").namespaces == (VPC,)
    assert leads(answers, "gcp.run.service", second.urn, "configured_for") == {
        f"public|cloudsql|{PROJECT}:{EU}:main"
    }


def test_the_internet_reaches_the_service_through_rule_proxy_map_backend_and_group(answers: Answers) -> None:
    compute = f"//compute.googleapis.com/projects/{PROJECT}"
    chain = [
        f"{compute}/global/forwardingRules/web",
        f"{compute}/global/targetHttpsProxies/web",
        f"{compute}/global/urlMaps/web",
        f"{compute}/global/backendServices/orders",
        f"{compute}/regions/{EU}/networkEndpointGroups/orders",
        f"public|resource|{RUN}/orders",
    ]
    routes = {
        (each.source, str(each.target))
        for listing in answers.values()
        if isinstance(listing, Listing)
        for each in listing.relations
        if each.verb == "routes_to"
    }
    assert set(itertools.pairwise(chain)) <= routes
    assert (f"{compute}/global/backendBuckets/files", "//storage.googleapis.com/shop-exports") in routes
    entry = one(answers, "gcp.compute.global_forwarding_rule")
    assert (entry.role, entry.public) == (Role.ENTRY, True)
    assert entry.aliases == (Alias("public", "address", "203.0.113.80"),)
    inner = one(answers, "gcp.compute.forwarding_rule")
    assert (inner.public, inner.aliases) == (False, (Alias(VPC, "address", "10.20.0.80"),))


def test_an_instance_keeps_the_names_of_its_metadata_and_not_what_they_hold(answers: Answers) -> None:
    instance = one(answers, "gcp.compute.instance")
    assert instance.attributes["MetadataKeys"] == ["ssh-keys", "startup-script"]
    assert instance.public is True
    assert (instance.scope.region, instance.tags) == (f"{EU}-a", {"team": "shop"})
    assert set(instance.aliases) == {
        Alias(f"gcp:{PROJECT}", "instance", "4815162342"),
        Alias("public", "address", "203.0.113.9"),
        Alias(VPC, "address", "10.20.0.9"),
        Alias(VPC, "host", "worker"),
    }
    assert leads(answers, "gcp.compute.instance", instance.urn, "encrypted_by") == {
        f"//cloudkms.googleapis.com/{KEY}"
    }


def test_an_image_answers_to_its_digest_and_its_names(answers: Answers) -> None:
    assert set(one(answers, "gcp.artifactregistry.docker_image").aliases) == {
        Alias("public", "image", DIGEST),
        Alias("public", "image_name", f"{IMAGE}@{DIGEST}"),
        Alias("public", "image_name", f"{IMAGE}:1.4"),
        Alias("public", "image_name", f"{IMAGE}:latest"),
    }


def test_a_resource_known_by_number_lives_in_the_project_of_that_number(answers: Answers) -> None:
    assert one(answers, "gcp.secretmanager.secret").scope.account == PROJECT
    assert one(answers, "gcp.secretmanager.secret").aliases == (Alias(f"gcp:{PROJECT}", "secret", "signing"),)
    assert one(answers, "gcp.storage.bucket").scope.account == PROJECT


def test_a_project_is_known_on_whichever_page_it_stands(fake: Fake, make: Make) -> None:
    before = cycle(make())
    fake.world.assets.reverse()
    assert cycle(make()) == before


def test_two_projects_are_told_apart(fake: Fake, make: Make) -> None:
    fake.world.assets += [
        project("77", "shop-test"),
        asset("storage.googleapis.com/Bucket", "test-files", {"name": "test-files"}, "us", number="77"),
    ]
    buckets = of(cycle(make()), "gcp.storage.bucket").resources
    assert {each.name: (each.scope.account, each.scope.region) for each in buckets} == {
        "shop-exports": (PROJECT, EU),
        "test-files": ("shop-test", "us"),
    }


def test_a_public_dataset_is_public_and_its_readers_are_not_named(answers: Answers) -> None:
    dataset = one(answers, "gcp.bigquery.dataset")
    assert dataset.public is True
    assert dataset.attributes == {"Groups": [{"Group": "allAuthenticatedUsers", "Role": "READER"}]}


def test_a_tables_columns_are_listed_in_their_order_with_those_of_records(answers: Answers) -> None:
    columns = one(answers, "gcp.bigquery.table").attributes["Columns"]
    assert columns == [
        {"Name": "email", "Type": "STRING", "PolicyTags": [POLICY_TAG]},
        {"Name": "id", "Type": "INT64", "Mode": "REQUIRED"},
        {"Name": "lines", "Type": "RECORD", "Mode": "REPEATED"},
        {"Name": "lines.sku", "Type": "STRING", "Comment": f"not {PERSON}"},
        {"Name": "lines.gift", "Type": "RECORD"},
        {"Name": "lines.gift.receiver", "Type": "STRING"},
    ]


def test_a_robots_name_is_kept_and_a_persons_is_not(answers: Answers) -> None:
    account = scrub_json(documents.of_resource(one(answers, "gcp.iam.service_account")))
    assert ROBOT in orjson.dumps(account).decode()


def test_no_canary_is_in_any_answer_once_scrubbed(answers: Answers) -> None:
    kept = orjson.dumps(
        [
            scrub_json(document(each))
            for listing in answers.values()
            if isinstance(listing, Listing)
            for each in (*listing.resources, *listing.relations)
        ]
    ).decode()
    assert [each for each in CANARIES if each in kept] == []


def document(each: Resource | Relation) -> documents.Document:
    if isinstance(each, Resource):
        return {"urn": each.urn, **documents.of_resource(each)}
    return {"target": str(each.target), "attributes": {**each.attributes}}


def test_types_are_chosen_by_name_or_asset_type(make: Make) -> None:
    assert planned(make("gcp.run.*", skip_types=["gcp.run.job"])) == {"gcp.run.service"}
    assert planned(make("run.googleapis.com/Service")) == {"gcp.run.service"}
    assert planned(make("gcp.project", "dataflow.googleapis.com/Job")) == {"gcp.project", "gcp.dataflow.job"}
    assert len(planned(make(skip_types=["*"]))) == 0


def planned(collector: GcpCollector) -> set[str]:
    return {extent.type for request in collector.plan() for extent in request.extents}
