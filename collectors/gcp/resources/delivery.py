"""How requests come in: balancers from address to backend, and names."""

from __future__ import annotations

from collectors.gcp.row import GcpResourceType
from collectors.model import Role
from collectors.spec import Link

_OUTSIDE = "starts_with(loadBalancingScheme || 'EXTERNAL', 'EXTERNAL')"

FORWARDING_RULE = GcpResourceType(
    type="gcp.compute.forwarding_rule",
    asset_type="compute.googleapis.com/ForwardingRule",
    role=Role.ENTRY,
    aliases=(
        f"public|address|{{({_OUTSIDE} && IPAddress) || null}}",
        f"vpc:{{network|full}}|address|{{(!({_OUTSIDE}) && IPAddress) || null}}",
    ),
    namespaces=("vpc:{network|full}",),
    keep=(
        "Ports: ports || portRange",
        "Protocol: IPProtocol",
        "Scheme: loadBalancingScheme",
    ),
    links=(
        Link("routes_to", "{target|full}"),
        Link("routes_to", "{backendService|full}"),
        Link("in_network", "{subnetwork|full}"),
    ),
    public=_OUTSIDE,
)

GLOBAL_FORWARDING_RULE = GcpResourceType(
    type="gcp.compute.global_forwarding_rule",
    asset_type="compute.googleapis.com/GlobalForwardingRule",
    role=Role.ENTRY,
    aliases=(f"public|address|{{({_OUTSIDE} && IPAddress) || null}}",),
    keep=(
        "Ports: ports || portRange",
        "Protocol: IPProtocol",
        "Scheme: loadBalancingScheme",
    ),
    links=(Link("routes_to", "{target|full}"),),
    public=_OUTSIDE,
)

HTTP_PROXY = GcpResourceType(
    type="gcp.compute.target_http_proxy",
    asset_type="compute.googleapis.com/TargetHttpProxy",
    role=Role.NETWORK,
    links=(Link("routes_to", "{urlMap|full}"),),
    keep=("ProxyBind: proxyBind",),
)

HTTPS_PROXY = GcpResourceType(
    type="gcp.compute.target_https_proxy",
    asset_type="compute.googleapis.com/TargetHttpsProxy",
    role=Role.NETWORK,
    keep=("Certificates: sslCertificates", "SslPolicy: sslPolicy"),
    links=(Link("routes_to", "{urlMap|full}"),),
)

TCP_PROXY = GcpResourceType(
    type="gcp.compute.target_tcp_proxy",
    asset_type="compute.googleapis.com/TargetTcpProxy",
    role=Role.NETWORK,
    keep=("ProxyHeader: proxyHeader",),
    links=(Link("routes_to", "{service|full}"),),
)

URL_MAP = GcpResourceType(
    type="gcp.compute.url_map",
    asset_type="compute.googleapis.com/UrlMap",
    role=Role.NETWORK,
    keep=(
        "Hosts: hostRules[].hosts[]",
        "Paths: pathMatchers[].pathRules[].paths[]",
    ),
    links=(
        Link("routes_to", "{defaultService|full}"),
        Link("routes_to", "{pathMatchers[].defaultService|full}"),
        Link("routes_to", "{pathMatchers[].pathRules[].service|full}"),
        Link("routes_to", "{pathMatchers[].routeRules[].service|full}"),
        Link(
            "routes_to",
            "{pathMatchers[].[pathRules, routeRules][][].routeAction.weightedBackendServices[].backendService|full}",
        ),
    ),
)

_BACKEND_KEEP = (
    "Cdn: enableCDN",
    "Iap: iap.enabled",
    "LogSampled: logConfig.enable",
    "Protocol: protocol",
    "Scheme: loadBalancingScheme",
    "SecurityPolicy: securityPolicy",
)

BACKEND_SERVICE = GcpResourceType(
    type="gcp.compute.backend_service",
    asset_type="compute.googleapis.com/BackendService",
    role=Role.NETWORK,
    keep=_BACKEND_KEEP,
    links=(Link("routes_to", "{backends[].group|full}"),),
)

REGION_BACKEND_SERVICE = GcpResourceType(
    type="gcp.compute.region_backend_service",
    asset_type="compute.googleapis.com/RegionBackendService",
    role=Role.NETWORK,
    keep=_BACKEND_KEEP,
    links=(Link("routes_to", "{backends[].group|full}"),),
)

BACKEND_BUCKET = GcpResourceType(
    type="gcp.compute.backend_bucket",
    asset_type="compute.googleapis.com/BackendBucket",
    role=Role.NETWORK,
    keep=("Cdn: enableCdn",),
    links=(Link("routes_to", "//storage.googleapis.com/{bucketName}"),),
)

ENDPOINT_GROUP = GcpResourceType(
    type="gcp.compute.network_endpoint_group",
    asset_type="compute.googleapis.com/NetworkEndpointGroup",
    role=Role.NETWORK,
    keep=("Type: networkEndpointType", "UrlMask: cloudRun.urlMask"),
    links=(
        Link(
            "routes_to",
            "public|resource|//run.googleapis.com/projects/{asset.project}/locations/{asset.location}/services/{cloudRun.service}",
        ),
        Link(
            "routes_to",
            "public|resource|//cloudfunctions.googleapis.com/projects/{asset.project}/locations/{asset.location}/functions/{cloudFunction.function|lower}",
        ),
    ),
)

DNS_ZONE = GcpResourceType(
    type="gcp.dns.managed_zone",
    asset_type="dns.googleapis.com/ManagedZone",
    name="{dnsName}",
    role=Role.NETWORK,
    keep=(
        "Dnssec: dnssecConfig.state",
        "Name: dnsName",
        "Networks: privateVisibilityConfig.networks[].networkUrl",
        "Visibility: visibility",
    ),
)

DNS_RECORD = GcpResourceType(
    type="gcp.dns.record",
    asset_type="dns.googleapis.com/ResourceRecordSet",
    name="{name}",
    role=Role.NETWORK,
    tags="",
    aliases=("public|host|{(contains(['A', 'AAAA', 'CNAME'], type) && name) || null}",),
    keep=("Ttl: ttl", "Type: type", "Values: (contains(['A', 'AAAA', 'CNAME'], type) && rrdatas) || null"),
    links=(
        Link("resolves_to", "public|host|{(type == 'CNAME' && rrdatas) || `[]`}"),
        Link("resolves_to", "public|address|{(contains(['A', 'AAAA'], type) && rrdatas) || `[]`}"),
    ),
)

ROWS = (
    FORWARDING_RULE,
    GLOBAL_FORWARDING_RULE,
    HTTP_PROXY,
    HTTPS_PROXY,
    TCP_PROXY,
    URL_MAP,
    BACKEND_SERVICE,
    REGION_BACKEND_SERVICE,
    BACKEND_BUCKET,
    ENDPOINT_GROUP,
    DNS_ZONE,
    DNS_RECORD,
)
