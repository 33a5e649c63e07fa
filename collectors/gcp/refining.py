"""The few documents that no path can describe: each function here is the `refine` of rows."""

from __future__ import annotations

from typing import Any

import orjson

from collectors.model import Json

RUN = "run.googleapis.com/"


def run_in_one_form(item: dict[str, Json]) -> dict[str, Json]:
    """A Cloud Run service or job in the form of the API's version 2, whichever version the inventory shows.

    https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services and
    https://cloud.google.com/run/docs/reference/rest/v1/namespaces.services
    """
    if "apiVersion" in item:
        item = {
            **_of_knative(item),
            "asset": item["asset"],
            "region": item["region"],
            "account": item["account"],
        }
    for interface in _list(_map(_template(item).get("vpcAccess")).get("networkInterfaces")):
        network = interface.get("network")
        if isinstance(network, str) and "/" not in network:
            project = _map(item["asset"]).get("project")
            interface["network"] = f"projects/{project}/global/networks/{network}"
    return item


def _template(item: dict[str, Json]) -> dict[str, Any]:
    outer = _map(item.get("template"))
    return _map(outer.get("template")) or outer  # a job's template holds its task's


def _of_knative(item: dict[str, Json]) -> dict[str, Json]:
    metadata, spec, status = _map(item.get("metadata")), _map(item.get("spec")), _map(item.get("status"))
    revision = _map(spec.get("template"))
    said = _map(metadata.get("annotations"))
    inner = _map(revision.get("spec"))
    job = _map(_map(inner.get("template")).get("spec"))
    of_revision = _map(_map(revision.get("metadata")).get("annotations"))
    template = _revision(job or inner, of_revision)
    ingress = str(said.get(RUN + "ingress", "all"))
    return {
        "labels": metadata.get("labels"),
        "ingress": None if job else f"INGRESS_TRAFFIC_{_INGRESS.get(ingress, 'INTERNAL_ONLY')}",
        "binaryAuthorization": {"useDefault": True} if said.get(RUN + "binary-authorization") else None,
        "uri": status.get("url"),
        "urls": [address for address in [_map(status.get("address")).get("url")] if address],
        "traffic": [
            {"percent": each.get("percent"), "revision": each.get("revisionName"), "tag": each.get("tag")}
            for each in _list(spec.get("traffic"))
        ],
        "template": {"template": template} if job else template,
    }


_INGRESS = {
    "all": "ALL",
    "internal": "INTERNAL_ONLY",
    "internal-and-cloud-load-balancing": "INTERNAL_LOAD_BALANCER",
}


def _revision(spec: dict[str, Any], said: dict[str, Any]) -> dict[str, Json]:
    instances = [each for each in str(said.get(RUN + "cloudsql-instances", "")).split(",") if each]
    volumes: list[Json] = [
        {"secret": {"secret": name}}
        for each in _list(spec.get("volumes"))
        if (name := _map(each.get("secret")).get("secretName"))
    ]
    if instances:
        volumes.append({"cloudSqlInstance": {"instances": [*instances]}})
    return {
        "containers": [_container(each) for each in _list(spec.get("containers"))],
        "serviceAccount": spec.get("serviceAccountName"),
        "executionEnvironment": said.get(RUN + "execution-environment"),
        "vpcAccess": {
            "connector": said.get(RUN + "vpc-access-connector"),
            "egress": said.get(RUN + "vpc-access-egress"),
            "networkInterfaces": [*_list(_parsed(said.get(RUN + "network-interfaces")))],
        },
        "volumes": volumes,
    }


def _container(said: dict[str, Any]) -> dict[str, Json]:
    return {
        "name": said.get("name"),
        "image": said.get("image"),
        "ports": [{"containerPort": each.get("containerPort")} for each in _list(said.get("ports"))],
        "env": [
            {
                "name": each.get("name"),
                "value": each.get("value", ""),
                "valueSource": {"secretKeyRef": {"secret": secret}}
                if (secret := _map(_map(each.get("valueFrom")).get("secretKeyRef")).get("name"))
                else None,
            }
            for each in _list(said.get("env"))
        ],
    }


def _parsed(text: Any) -> Any:
    try:
        return orjson.loads(text) if isinstance(text, str) else None
    except orjson.JSONDecodeError:
        return None


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def columns_in_one_list(item: dict[str, Json]) -> dict[str, Json]:
    """Adds `columns` to a BigQuery table: those of nested records too, as `a.b.c`, in the order of the schema.

    https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema
    """
    fields = _list(_map(item.get("schema")).get("fields"))
    return {**item, "columns": [column for field in fields for column in _columns(field, "")]}


def _columns(field: dict[str, Any], path: str) -> list[Json]:
    name = f"{path}{field.get('name')}"
    inner = [column for each in _list(field.get("fields")) for column in _columns(each, f"{name}.")]
    return [{**field, "name": name, "fields": None}, *inner]
