"""A small shop on Google Cloud with at least one asset for every row, in the form in which the inventory shows it."""

from __future__ import annotations

import json
from typing import Any

from google.cloud import asset_v1

from tests.support.gcp_fake import NUMBER, PROJECT, asset, project

EU = "europe-west3"
COMPUTE = "https://www.googleapis.com/compute/v1"
NETWORK = f"projects/{PROJECT}/global/networks/shop"
SUBNET = f"projects/{PROJECT}/regions/{EU}/subnetworks/apps"
KEY = f"projects/{PROJECT}/locations/{EU}/keyRings/shop/cryptoKeys/data"
POLICY_TAG = f"projects/{PROJECT}/locations/eu/taxonomies/17/policyTags/4"
ROBOT = f"orders@{PROJECT}.iam.gserviceaccount.com"
IMAGE = f"{EU}-docker.pkg.dev/{PROJECT}/apps/orders"
DIGEST = "sha256:" + "ab" * 32
CANARIES = (
    "hunter2-canary",
    "canary.person@example.com",
    "4111111111111111",
    "DE89370400440532013000",
    "078-05-1120",
    "AIzaCanaryCanaryCanaryCanaryCanaryCanar",
)
"""Secrets and personal values planted in the estate: none may come out."""
PASSWORD, PERSON, CARD, IBAN, NATIONAL, API_KEY = CANARIES


def _compute(kind: str, path: str, **data: Any) -> asset_v1.Asset:
    name = path.rpartition("/")[2]
    self_link = f"{COMPUTE}/projects/{PROJECT}/{path}"
    known = {"name": name, "selfLink": self_link, "creationTimestamp": "2026-01-01T00:00:00.000-07:00"}
    parts = path.split("/")
    location = parts[1] if parts[0] in {"zones", "regions"} else "global"
    return asset(f"compute.googleapis.com/{kind}", f"projects/{PROJECT}/{path}", {**known, **data}, location)


def _compute_link(path: str) -> str:
    return f"{COMPUTE}/projects/{PROJECT}/{path}"


def knative(name: str = "orders", **environment: str) -> asset_v1.Asset:
    """A Cloud Run service in the form of the API's version 1."""
    variables = {
        "DATABASE_URL": f"postgresql://orders:{PASSWORD}@10.20.0.5:5432/orders",
        "EXPORT_BUCKET": "shop-exports",
        "EVENTS_TOPIC": "orders",
        "PARTNER_API": f"https://api.partner.example/v1?key={API_KEY}",
        "API_SECRET": PASSWORD,
        **environment,
    }
    env: list[dict[str, Any]] = [{"name": key, "value": value} for key, value in variables.items()]
    env.append({"name": "SIGNING", "valueFrom": {"secretKeyRef": {"name": "signing", "key": "latest"}}})
    return asset(
        "run.googleapis.com/Service",
        f"projects/{PROJECT}/locations/{EU}/services/{name}",
        {
            "apiVersion": "serving.knative.dev/v1",
            "kind": "Service",
            "metadata": {
                "name": name,
                "namespace": NUMBER,
                "labels": {"team": "shop", "contact": PERSON},
                "annotations": {
                    "run.googleapis.com/ingress": "all",
                    "serving.knative.dev/creator": PERSON,
                    "serving.knative.dev/lastModifier": PERSON,
                },
                "generation": 17,
                "resourceVersion": "AAY",
            },
            "spec": {
                "template": {
                    "metadata": {
                        "annotations": {
                            "run.googleapis.com/network-interfaces": json.dumps(
                                [{"network": "shop", "subnetwork": "apps"}]
                            ),
                            "run.googleapis.com/cloudsql-instances": f"{PROJECT}:{EU}:main",
                            "run.googleapis.com/vpc-access-egress": "private-ranges-only",
                        }
                    },
                    "spec": {
                        "serviceAccountName": ROBOT,
                        "containers": [
                            {"image": f"{IMAGE}:1.4", "ports": [{"containerPort": 8080}], "env": env}
                        ],
                    },
                },
                "traffic": [{"percent": 100, "latestRevision": True}],
            },
            "status": {
                "url": f"https://{name}-abc123-ey.a.run.app",
                "conditions": [{"type": "Ready", "lastTransitionTime": "2026-11-22T10:00:00Z"}],
            },
        },
        EU,
    )


def assets() -> list[asset_v1.Asset]:
    """Every asset of the estate."""
    return [
        project(),
        *_networks(),
        *_workloads(),
        *_entries(),
        *_stores(),
        *_messages(),
        *_identities(),
        *_images(),
    ]


def _networks() -> list[asset_v1.Asset]:
    network = _compute_link("global/networks/shop")
    return [
        _compute("Network", "global/networks/shop", autoCreateSubnetworks=False, mtu=1460),
        _compute("Subnetwork", f"regions/{EU}/subnetworks/apps", network=network, ipCidrRange="10.20.0.0/24"),
        _compute(
            "Firewall",
            "global/firewalls/allow-web",
            network=network,
            direction="INGRESS",
            sourceRanges=["0.0.0.0/0"],
            allowed=[{"IPProtocol": "tcp", "ports": ["443"]}],
            targetServiceAccounts=[ROBOT],
        ),
        asset(
            "vpcaccess.googleapis.com/Connector",
            f"projects/{PROJECT}/locations/{EU}/connectors/out",
            {"network": "shop", "ipCidrRange": "10.8.0.0/28", "state": "READY"},
            EU,
        ),
        asset(
            "dns.googleapis.com/ManagedZone",
            f"projects/{PROJECT}/managedZones/991",
            {"name": "shop", "dnsName": "shop.example.", "visibility": "PUBLIC", "id": "991"},
        ),
        asset(
            "dns.googleapis.com/ResourceRecordSet",
            f"projects/{PROJECT}/managedZones/991/rrsets/www.shop.example./A",
            {"name": "www.shop.example.", "type": "A", "ttl": 300, "rrdatas": ["203.0.113.80"]},
        ),
    ]


def _workloads() -> list[asset_v1.Asset]:
    return [
        _compute(
            "Instance",
            f"zones/{EU}-a/instances/worker",
            id="4815162342",
            machineType=_compute_link(f"zones/{EU}-a/machineTypes/e2-small"),
            status="RUNNING",
            labels={"team": "shop"},
            networkInterfaces=[
                {
                    "network": _compute_link("global/networks/shop"),
                    "subnetwork": _compute_link(f"regions/{EU}/subnetworks/apps"),
                    "networkIP": "10.20.0.9",
                    "accessConfigs": [{"natIP": "203.0.113.9", "type": "ONE_TO_ONE_NAT"}],
                }
            ],
            serviceAccounts=[{"email": ROBOT, "scopes": ["https://www.googleapis.com/auth/cloud-platform"]}],
            metadata={
                "items": [
                    {"key": "startup-script", "value": f"export DB_PASSWORD={PASSWORD}"},
                    {"key": "ssh-keys", "value": f"person:ssh-rsa AAAA {PERSON}"},
                ],
                "fingerprint": "x",
            },
            tags={"items": ["web"], "fingerprint": "y"},
            disks=[{"diskEncryptionKey": {"kmsKeyName": f"{KEY}/cryptoKeyVersions/3"}}],
        ),
        knative(),
        asset(
            "run.googleapis.com/Service",
            f"projects/{PROJECT}/locations/{EU}/services/ledger",
            {
                "name": f"projects/{PROJECT}/locations/{EU}/services/ledger",
                "ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY",
                "uri": "https://ledger-abc123-ey.a.run.app",
                "labels": {"team": "shop"},
                "etag": "x",
                "template": {
                    "serviceAccount": ROBOT,
                    "vpcAccess": {"connector": f"projects/{PROJECT}/locations/{EU}/connectors/out"},
                    "containers": [
                        {
                            "name": "app",
                            "image": f"{IMAGE}@{DIGEST}",
                            "env": [
                                {
                                    "name": "DB",
                                    "value": f"host=/cloudsql/{PROJECT}:{EU}:main password={PASSWORD}",
                                },
                                {"name": "K", "valueSource": {"secretKeyRef": {"secret": "signing"}}},
                            ],
                        }
                    ],
                    "volumes": [{"cloudSqlInstance": {"instances": [f"{PROJECT}:{EU}:main"]}}],
                },
            },
            EU,
        ),
        asset(
            "run.googleapis.com/Job",
            f"projects/{PROJECT}/locations/{EU}/jobs/nightly",
            {
                "name": f"projects/{PROJECT}/locations/{EU}/jobs/nightly",
                "template": {
                    "template": {
                        "serviceAccount": ROBOT,
                        "containers": [
                            {"image": f"{IMAGE}:1.4", "env": [{"name": "TOKEN", "value": PASSWORD}]}
                        ],
                    }
                },
            },
            EU,
        ),
        asset(
            "cloudfunctions.googleapis.com/CloudFunction",
            f"projects/{PROJECT}/locations/{EU}/functions/resize",
            {
                "name": f"projects/{PROJECT}/locations/{EU}/functions/resize",
                "httpsTrigger": {"url": f"https://{EU}-{PROJECT}.cloudfunctions.net/resize"},
                "ingressSettings": "ALLOW_ALL",
                "runtime": "python312",
                "status": "ACTIVE",
                "serviceAccountEmail": ROBOT,
                "environmentVariables": {"IMAGES_BUCKET": "shop-exports", "PASSWORD": PASSWORD},
                "versionId": "7",
                "updateTime": "2026-11-22T10:00:00Z",
            },
            EU,
        ),
        asset(
            "cloudfunctions.googleapis.com/Function",
            f"projects/{PROJECT}/locations/{EU}/functions/notify",
            {
                "name": f"projects/{PROJECT}/locations/{EU}/functions/notify",
                "environment": "GEN_2",
                "state": "ACTIVE",
                "url": f"https://{EU}-{PROJECT}.cloudfunctions.net/notify",
                "buildConfig": {"runtime": "nodejs22", "entryPoint": "main"},
                "serviceConfig": {
                    "service": f"projects/{PROJECT}/locations/{EU}/services/notify",
                    "ingressSettings": "ALLOW_INTERNAL_ONLY",
                    "serviceAccountEmail": ROBOT,
                    "environmentVariables": {"CONTACT": PERSON, "IBAN": IBAN},
                },
                "eventTrigger": {
                    "pubsubTopic": f"projects/{PROJECT}/topics/orders",
                    "eventType": "published",
                },
            },
            EU,
        ),
        asset(
            "container.googleapis.com/Cluster",
            f"projects/{PROJECT}/locations/{EU}/clusters/main",
            {
                "name": "main",
                "endpoint": "203.0.113.50",
                "currentMasterVersion": "1.33.1",
                "status": "RUNNING",
                "currentNodeCount": 3,
                "masterAuth": {"clientCertificate": PASSWORD},
                "networkConfig": {"network": NETWORK, "subnetwork": SUBNET},
                "resourceLabels": {"team": "shop"},
            },
            EU,
        ),
        asset(
            "container.googleapis.com/NodePool",
            f"projects/{PROJECT}/locations/{EU}/clusters/main/nodePools/default",
            {"config": {"machineType": "e2-medium", "serviceAccount": ROBOT, "metadata": {"k": PASSWORD}}},
            EU,
        ),
    ]


def _entries() -> list[asset_v1.Asset]:
    return [
        _compute(
            "GlobalForwardingRule",
            "global/forwardingRules/web",
            IPAddress="203.0.113.80",
            IPProtocol="TCP",
            portRange="443-443",
            loadBalancingScheme="EXTERNAL_MANAGED",
            target=_compute_link("global/targetHttpsProxies/web"),
        ),
        _compute(
            "ForwardingRule",
            f"regions/{EU}/forwardingRules/inner",
            IPAddress="10.20.0.80",
            loadBalancingScheme="INTERNAL",
            network=_compute_link("global/networks/shop"),
            backendService=_compute_link(f"regions/{EU}/backendServices/inner"),
        ),
        _compute(
            "TargetHttpsProxy", "global/targetHttpsProxies/web", urlMap=_compute_link("global/urlMaps/web")
        ),
        _compute(
            "TargetHttpProxy", "global/targetHttpProxies/web", urlMap=_compute_link("global/urlMaps/web")
        ),
        _compute(
            "TargetTcpProxy",
            "global/targetTcpProxies/raw",
            service=_compute_link("global/backendServices/orders"),
        ),
        _compute(
            "UrlMap",
            "global/urlMaps/web",
            defaultService=_compute_link("global/backendServices/orders"),
            hostRules=[{"hosts": ["www.shop.example"], "pathMatcher": "all"}],
            pathMatchers=[
                {
                    "name": "all",
                    "defaultService": _compute_link("global/backendServices/orders"),
                    "pathRules": [
                        {"paths": ["/files/*"], "service": _compute_link("global/backendBuckets/files")}
                    ],
                }
            ],
        ),
        _compute(
            "BackendService",
            "global/backendServices/orders",
            protocol="HTTPS",
            loadBalancingScheme="EXTERNAL_MANAGED",
            iap={"enabled": False, "oauth2ClientSecret": PASSWORD},
            backends=[{"group": _compute_link(f"regions/{EU}/networkEndpointGroups/orders")}],
        ),
        _compute(
            "RegionBackendService",
            f"regions/{EU}/backendServices/inner",
            protocol="TCP",
            backends=[{"group": _compute_link(f"zones/{EU}-a/instanceGroups/workers")}],
        ),
        _compute("BackendBucket", "global/backendBuckets/files", bucketName="shop-exports", enableCdn=True),
        _compute(
            "NetworkEndpointGroup",
            f"regions/{EU}/networkEndpointGroups/orders",
            networkEndpointType="SERVERLESS",
            region=_compute_link(f"regions/{EU}"),
            cloudRun={"service": "orders"},
        ),
    ]


def _stores() -> list[asset_v1.Asset]:
    dataset = {"projectId": PROJECT, "datasetId": "sales"}
    return [
        asset(
            "sqladmin.googleapis.com/Instance",
            f"projects/{PROJECT}/instances/main",
            {
                "name": "main",
                "connectionName": f"{PROJECT}:{EU}:main",
                "databaseVersion": "POSTGRES_17",
                "region": EU,
                "state": "RUNNABLE",
                "etag": "x",
                "rootPassword": PASSWORD,
                "serverCaCert": {"cert": "-----BEGIN CERTIFICATE-----"},
                "ipAddresses": [
                    {"type": "PRIMARY", "ipAddress": "203.0.113.5"},
                    {"type": "PRIVATE", "ipAddress": "10.20.0.5"},
                    {"type": "OUTGOING", "ipAddress": "203.0.113.6"},
                ],
                "dnsName": f"abc.xyz.{EU}.sql.goog.",
                "settings": {
                    "tier": "db-custom-1-3840",
                    "userLabels": {"team": "shop"},
                    "ipConfiguration": {
                        "ipv4Enabled": True,
                        "privateNetwork": NETWORK,
                        "authorizedNetworks": [{"value": "198.51.100.0/24", "name": PERSON}],
                    },
                },
                "diskEncryptionConfiguration": {"kmsKeyName": KEY},
            },
            EU,
        ),
        asset(
            "spanner.googleapis.com/Instance",
            f"projects/{PROJECT}/instances/ledger",
            {"config": f"projects/{PROJECT}/instanceConfigs/regional-{EU}", "nodeCount": 1, "state": "READY"},
        ),
        asset(
            "spanner.googleapis.com/Database",
            f"projects/{PROJECT}/instances/ledger/databases/books",
            {"state": "READY", "databaseDialect": "POSTGRESQL"},
        ),
        asset(
            "firestore.googleapis.com/Database",
            f"projects/{PROJECT}/databases/(default)",
            {"locationId": "eur3", "type": "FIRESTORE_NATIVE", "uid": "u"},
        ),
        asset(
            "redis.googleapis.com/Instance",
            f"projects/{PROJECT}/locations/{EU}/instances/cache",
            {"host": "10.20.0.66", "port": 6379, "authorizedNetwork": NETWORK, "state": "READY"},
            EU,
        ),
        asset(
            "redis.googleapis.com/Cluster",
            f"projects/{PROJECT}/locations/{EU}/clusters/big",
            {"discoveryEndpoints": [{"address": "10.20.0.67", "pscConfig": {"network": NETWORK}}]},
            EU,
        ),
        asset(
            "memcache.googleapis.com/Instance",
            f"projects/{PROJECT}/locations/{EU}/instances/memo",
            {"authorizedNetwork": NETWORK, "discoveryEndpoint": "10.20.0.68:11211", "state": "READY"},
            EU,
        ),
        asset(
            "bigquery.googleapis.com/Dataset",
            f"projects/{PROJECT}/datasets/sales",
            {
                "datasetReference": dataset,
                "location": "EU",
                "access": [
                    {"role": "OWNER", "userByEmail": PERSON},
                    {"role": "READER", "specialGroup": "allAuthenticatedUsers"},
                ],
                "lastModifiedTime": "1763800000000",
            },
            "EU",
        ),
        asset(
            "bigquery.googleapis.com/Table",
            f"projects/{PROJECT}/datasets/sales/tables/orders",
            {
                "tableReference": {**dataset, "tableId": "orders"},
                "type": "TABLE",
                "numRows": "17",
                "schema": {
                    "fields": [
                        {"name": "email", "type": "STRING", "policyTags": {"names": [POLICY_TAG]}},
                        {"name": "id", "type": "INT64", "mode": "REQUIRED"},
                        {
                            "name": "lines",
                            "type": "RECORD",
                            "mode": "REPEATED",
                            "fields": [
                                {"name": "sku", "type": "STRING", "description": f"not {PERSON}"},
                                {
                                    "name": "gift",
                                    "type": "RECORD",
                                    "fields": [{"name": "receiver", "type": "STRING"}],
                                },
                            ],
                        },
                    ]
                },
            },
            "EU",
        ),
        asset(
            "storage.googleapis.com/Bucket",
            "shop-exports",
            {
                "name": "shop-exports",
                "location": "EUROPE-WEST3",
                "projectNumber": NUMBER,
                "metageneration": "4",
                "labels": {"note": f"card {CARD}"},
                "encryption": {"defaultKmsKeyName": KEY},
                "iamConfiguration": {"publicAccessPrevention": "enforced"},
            },
            EU,
        ),
    ]


def _messages() -> list[asset_v1.Asset]:
    topic = f"projects/{PROJECT}/topics/orders"
    return [
        asset("pubsub.googleapis.com/Topic", topic, {"name": topic, "kmsKeyName": KEY}),
        asset(
            "pubsub.googleapis.com/Subscription",
            f"projects/{PROJECT}/subscriptions/ship",
            {
                "topic": topic,
                "ackDeadlineSeconds": 10,
                "pushConfig": {
                    "pushEndpoint": f"https://u:{PASSWORD}@hooks.shop.example/ship?token={PASSWORD}"
                },
            },
        ),
    ]


def _identities() -> list[asset_v1.Asset]:
    return [
        asset(
            "iam.googleapis.com/ServiceAccount",
            f"projects/{PROJECT}/serviceAccounts/1122334455",
            {"email": ROBOT, "displayName": f"for {PERSON}", "uniqueId": "1122334455", "etag": "x"},
        ),
        asset(
            "secretmanager.googleapis.com/Secret",
            f"projects/{NUMBER}/secrets/signing",
            {"name": f"projects/{NUMBER}/secrets/signing", "replication": {"automatic": {}}},
        ),
        asset("cloudkms.googleapis.com/KeyRing", f"projects/{PROJECT}/locations/{EU}/keyRings/shop", {}, EU),
        asset(
            "cloudkms.googleapis.com/CryptoKey",
            KEY,
            {
                "purpose": "ENCRYPT_DECRYPT",
                "nextRotationTime": "2026-12-22T10:00:00Z",
                "versionTemplate": {"algorithm": "GOOGLE_SYMMETRIC_ENCRYPTION"},
                "labels": {"owner": NATIONAL},
            },
            EU,
        ),
    ]


def _images() -> list[asset_v1.Asset]:
    repository = f"projects/{PROJECT}/locations/{EU}/repositories/apps"
    return [
        asset("artifactregistry.googleapis.com/Repository", repository, {"format": "DOCKER"}, EU),
        asset(
            "artifactregistry.googleapis.com/DockerImage",
            f"{repository}/dockerImages/orders@{DIGEST}",
            {"uri": f"{IMAGE}@{DIGEST}", "tags": ["1.4", "latest"], "imageSizeBytes": "1"},
            EU,
        ),
    ]
