"""Turns the resource of spans into a service: its urn, what is known of it, and what runs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from collectors.model import Alias
from collectors.traces.clusters import AT
from collectors.traces.leaks import LEAKS
from collectors.traces.names import part
from collectors.traces.said import Said, detail
from collectors.traces.semconv import (
    DEFAULT_ENVIRONMENT,
    RESOURCE_NAMES,
    SCOPE,
    UNKNOWN_SERVICE,
    read,
    read_all,
)
from collectors.traces.spans import Origin

_VOLATILE_ARNS = (":task/", ":container/", ":container-instance/")


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """A service as its telemetry names it. `said`: the facts each of its spans confirms.

    `urn`: with the cluster, if it is known; who puts facts together decides whether that tells it from another one.
    """

    urn: str
    environment: str
    namespace: str
    name: str
    account: str
    region: str
    said: tuple[Said, ...]
    cluster: str = ""

    def operation(self, name: str) -> str:
        """The urn of one of its operations."""
        return f"operation://{self.urn.removeprefix('service://')}/{name}"

    def may_be(self, other: Service) -> bool:
        """Whether both may be one service: what adds the cluster to resources may do so to some of them only."""
        if self.urn == other.urn:
            return True
        named_by_both = self.cluster and other.cluster
        return not named_by_both and self.plain == other.plain

    @property
    def plain(self) -> str:
        """The urn without the cluster."""
        return self.urn.removesuffix(f"{AT}{self.cluster}") if self.cluster else self.urn


def service_of(origin: Origin, overflow: bool = False) -> Service:
    """The service behind a resource; with `overflow`, the one that stands for all beyond the cap."""

    def value(meaning: str) -> str:
        return read(origin.attributes, RESOURCE_NAMES, meaning)

    environment = part(value("environment")) or DEFAULT_ENVIRONMENT
    if overflow:
        urn = f"service://{environment}//overflow"
        return Service(urn, environment, "", "overflow", "", "", (Said(environment, urn, "is"),))
    account, region = part(value("cloud.account")), part(value("cloud.region"))
    namespace, name = part(value("namespace")), part(value("service")) or UNKNOWN_SERVICE
    cluster, uid = part(value("k8s.cluster")), part(value("k8s.cluster.uid"))
    urn = f"service://{environment}/{namespace}/{name}" + (f"{AT}{cluster}" if cluster else "")
    service = Service(urn, environment, namespace, name, account, region, (), cluster)
    known = Said(
        environment,
        service.urn,
        "is",
        "",
        detail(account=account, region=region, language=part(value("language"))),
    )
    runs_on = tuple(
        Said(environment, service.urn, "runs_on", target, detail(rank=rank))
        for rank, target in enumerate(dict.fromkeys(_workloads(origin, service)), start=1)
    )
    made_by = [f"sdk {value('sdk')}" if value("sdk") else "", f"distribution {value('distribution')}"]
    scope = origin.attributes.get(SCOPE)
    found = [each for each in (*made_by, scope) if isinstance(each, str) and each and each != "distribution "]
    seen_by = [Said(environment, urn, "is", "", detail(instrumentation=[*found]))] if found else []
    within = [Said(environment, urn, "is", "", detail(cluster=cluster, uid=uid))] if cluster else []
    leaks = origin.attributes.get(LEAKS, ())
    leaking = [Said(environment, urn, "leaks", f"attribute://{each.replace(' ', '/', 1)}") for each in leaks]
    return replace(service, said=(known, *within, *seen_by, *runs_on, *leaking))


def _workloads(origin: Origin, service: Service) -> Iterator[str]:
    """Names of what runs the service, strongest first.

    Names of a single task, container or pod are left out: no inventory lists them, and they change with
    every deployment. An ECS service's own ARN is in no span; its cluster and task family are, as the alias
    kind `ecs-family` with the value `ACCOUNT/REGION/CLUSTER/FAMILY`. On Google Cloud a function's name is that of
    its Cloud Run service too.
    """

    def value(meaning: str) -> str:
        return read(origin.attributes, RESOURCE_NAMES, meaning)

    account, region = service.account, service.region
    strong = False
    resource = value("cloud.resource")
    if resource.startswith("arn:"):
        if not any(volatile in resource for volatile in _VOLATILE_ARNS):
            strong = True
            yield str(Alias("public", "arn", unversioned(resource)))
    elif resource:
        strong = True
        yield str(Alias("public", "resource", resource.rstrip("/").lower()))
    family = value("ecs.family")
    ecs = value("ecs.task") or value("ecs.cluster")
    if family and ecs.startswith("arn:") and ecs.count(":") >= 5:
        _, _, _, ecs_region, ecs_account, rest = ecs.split(":", 5)
        cluster = rest.split("/")[1] if "/" in rest else ""
        strong = True
        yield str(Alias("public", "ecs-family", f"{ecs_account}/{ecs_region}/{cluster}/{family}"))
    on_google = value("cloud.provider") == "gcp"
    on_aws = value("cloud.provider") in {"", "aws"}
    function = value("faas.name")
    if function and account and region and on_aws:
        strong = True
        yield str(
            Alias("public", "arn", f"arn:{partition(region)}:lambda:{region}:{account}:function:{function}")
        )
    if function and account and region and on_google:
        strong = True
        place = f"projects/{account}/locations/{region}"
        if "function" in value("cloud.platform"):
            yield str(
                Alias(
                    "public",
                    "resource",
                    f"//cloudfunctions.googleapis.com/{place}/functions/{function}".lower(),
                )
            )
        collection = "jobs" if value("gcp.job") else "services"
        yield str(
            Alias("public", "resource", f"//run.googleapis.com/{place}/{collection}/{function}".lower())
        )
    for kind in ("deployment", "statefulset", "daemonset", "cronjob", "job"):
        name, namespace = value(f"k8s.{kind}"), value("k8s.namespace")
        if name and namespace:
            cluster = value("k8s.cluster")
            strong = True
            if cluster:
                yield f"k8s://{part(cluster)}/{part(namespace)}/{kind}/{part(name)}"
            else:
                yield str(Alias(f"environment:{service.environment}", "k8s", f"{namespace}/{kind}/{name}"))
            break
    for digest in read_all(origin.attributes, RESOURCE_NAMES, "image.digests"):
        if "@sha256:" in digest:
            yield str(Alias("public", "image", digest.partition("@")[2]))
    host = value("host.id")
    if host.isdigit() and account and on_google and not strong:
        yield str(Alias(f"gcp:{part(account)}", "instance", host))
    if host and value("cloud.provider") == "azure" and not strong:
        yield str(Alias("public", "machine", part(host.lower())))
    if host.startswith("i-") and account and region and not strong:
        yield str(Alias("public", "arn", f"arn:{partition(region)}:ec2:{region}:{account}:instance/{host}"))


def unversioned(arn: str) -> str:
    """A function's ARN without the alias or version that a span's resource may carry."""
    parts = arn.split(":")
    return ":".join(parts[:7]) if len(parts) > 7 and parts[2] == "lambda" else arn


def partition(region: str) -> str:
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"
