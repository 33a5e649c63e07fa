"""What the internet meets first: gateways, distributions, names."""

from __future__ import annotations

from collectors.aws.row import AwsResourceType
from collectors.model import Role
from collectors.spec import Call, Link

REST_API = AwsResourceType(
    type="aws.apigateway.rest_api",
    service="apigateway",
    list=Call("GetRestApis", "items[]", {"limit": 500}),
    urn="arn:{partition}:apigateway:{region}::/restapis/{id}",
    name="{name}",
    role=Role.ENTRY,
    detail=(
        Call(
            "GetResources",
            "items",
            {"restApiId": "{id}", "embed": ("methods",), "limit": 500},
            into="Resources",
            gone=("NotFoundException",),
        ),
        Call(
            "GetStages", "item[].stageName", {"restApiId": "{id}"}, into="Stages", gone=("NotFoundException",)
        ),
    ),
    tags="tags",
    aliases=("public|host|{id}.execute-api.{region}.amazonaws.com",),
    keep=(
        "DefaultEndpointDisabled: disableExecuteApiEndpoint",
        "EndpointTypes: endpointConfiguration.types",
        "Policy: policy",
        "Routes: Resources[?resourceMethods].{Path: path, Methods: keys(resourceMethods)}",
        "Stages",
    ),
    links=(
        Link("routes_to", "{Resources[].resourceMethods.*.methodIntegration[].uri|function}"),
        Link(
            "routes_to",
            "public|host|{Resources[].resourceMethods.*.methodIntegration[] "
            "| [?contains(['HTTP', 'HTTP_PROXY'], type)].uri|host}",
        ),
    ),
    public="!contains(endpointConfiguration.types || `[]`, 'PRIVATE')",
)

HTTP_API = AwsResourceType(
    type="aws.apigatewayv2.api",
    service="apigatewayv2",
    list=Call("GetApis", "Items[]"),
    urn="arn:{partition}:apigateway:{region}::/apis/{ApiId}",
    name="{Name}",
    role=Role.ENTRY,
    detail=(
        Call(
            "GetRoutes", "Items[].RouteKey", {"ApiId": "{ApiId}"}, into="Routes", gone=("NotFoundException",)
        ),
        Call(
            "GetIntegrations", "Items", {"ApiId": "{ApiId}"}, into="Integrations", gone=("NotFoundException",)
        ),
    ),
    aliases=("public|host|{ApiEndpoint|host}",),
    keep=(
        "CorsOrigins: CorsConfiguration.AllowOrigins",
        "DefaultEndpointDisabled: DisableExecuteApiEndpoint",
        "Protocol: ProtocolType",
        "Routes",
    ),
    links=(
        Link("routes_to", "{Integrations[].IntegrationUri|function}"),
        Link(
            "routes_to",
            "{Integrations[].IntegrationUri | [?contains(@, ':elasticloadbalancing:')]}",
        ),
        Link("routes_to", "public|host|{Integrations[].IntegrationUri | [?starts_with(@, 'http')]|host}"),
    ),
    public="`true`",
)

DOMAIN_NAME = AwsResourceType(
    type="aws.apigatewayv2.domain_name",
    service="apigatewayv2",
    list=Call("GetDomainNames", "Items[]"),
    urn="arn:{partition}:apigateway:{region}::/domainnames/{DomainName}",
    name="{DomainName}",
    role=Role.ENTRY,
    detail=(
        Call(
            "GetApiMappings", "Items", {"DomainName": "{DomainName}"}, into="Mappings",
            gone=("NotFoundException",), pages=("NextToken", "NextToken"),
        ),
    ),
    aliases=(
        "public|host|{DomainName}",
        "public|host|{DomainNameConfigurations[].ApiGatewayDomainName}",
    ),
    keep=(
        "EndpointTypes: DomainNameConfigurations[].EndpointType",
        "Mappings: Mappings[].{Api: ApiId, Path: ApiMappingKey, Stage: Stage}",
        "SecurityPolicy: DomainNameConfigurations[].SecurityPolicy",
    ),
    links=(
        Link("routes_to", "arn:{partition}:apigateway:{region}::/apis/{Mappings[].ApiId}"),
        Link("routes_to", "arn:{partition}:apigateway:{region}::/restapis/{Mappings[].ApiId}"),
        Link("uses_certificate", "{DomainNameConfigurations[].CertificateArn}"),
    ),
    public="!contains(DomainNameConfigurations[].EndpointType, 'PRIVATE')",
)  # fmt: skip

DISTRIBUTION = AwsResourceType(
    type="aws.cloudfront.distribution",
    service="cloudfront",
    worldwide=True,
    list=Call("ListDistributions", "DistributionList.Items[]"),
    urn="{ARN}",
    name="{Aliases.Items[0] || DomainName}",
    role=Role.ENTRY,
    detail=(
        Call(
            "ListTagsForResource", "Tags.Items", {"Resource": "{ARN}"}, into="Tags", gone=("NoSuchResource",)
        ),
    ),
    aliases=("public|host|{DomainName}", "public|host|{Aliases.Items[]}"),
    keep=(
        "Aliases: Aliases.Items",
        "DomainName",
        "Enabled",
        "HttpVersion",
        "MinimumProtocolVersion: ViewerCertificate.MinimumProtocolVersion",
        "Origins: Origins.Items[].DomainName",
        "ViewerProtocolPolicy: DefaultCacheBehavior.ViewerProtocolPolicy",
        "WebACLId",
    ),
    links=(
        Link("routes_to", "public|host|{Origins.Items[].DomainName}"),
        Link("uses_certificate", "{ViewerCertificate.ACMCertificateArn}"),
    ),
    public="Enabled",
)

HOSTED_ZONE = AwsResourceType(
    type="aws.route53.zone",
    service="route53",
    worldwide=True,
    list=Call("ListHostedZones", "HostedZones[]"),
    urn="arn:{partition}:route53:::{Id|relative}",
    name="{Name}",
    role=Role.NETWORK,
    detail=(
        Call("GetHostedZone", "VPCs[].VPCId", {"Id": "{Id}"}, into="VpcIds", gone=("NoSuchHostedZone",)),
    ),
    tags="",
    keep=("Private: Config.PrivateZone",),
    links=(Link("in_network", "public|vpc|{VpcIds[]}"),),
)

DNS_RECORD = AwsResourceType(
    type="aws.route53.record",
    service="route53",
    worldwide=True,
    over=HOSTED_ZONE,
    list=Call(
        "ListResourceRecordSets",
        "ResourceRecordSets[?contains(['A', 'AAAA', 'CNAME'], Type)].{Name: Name, Type: Type, TTL: TTL, "
        "Set: SetIdentifier || '-', AliasTarget: AliasTarget, Values: ResourceRecords[].Value}",
        {"HostedZoneId": "{parent.Id}"},
        gone=("NoSuchHostedZone",),
    ),
    urn="arn:{partition}:route53:::{parent.Id|relative}/record/{Name}/{Type}/{Set}",
    name="{Name}",
    role=Role.NETWORK,
    detail=(
        Call(
            "GetHostedZone", "VPCs[].VPCId", {"Id": "{parent.Id}"}, into="VpcIds", gone=("NoSuchHostedZone",)
        ),
    ),
    tags="",
    aliases=(
        "public|host|{(parent.Config.PrivateZone != `true` && Name) || null}",
        "vpc:{VpcIds[]}|host|{Name}",
    ),
    keep=("AliasTarget: AliasTarget.DNSName", "TTL", "Type", "Values"),
    links=(
        Link("part_of", "arn:{partition}:route53:::{parent.Id|relative}"),
        Link("resolves_to", "public|host|{AliasTarget.DNSName}"),
        Link("resolves_to", "public|host|{(Type == 'CNAME' && Values) || `[]`}"),
        Link(
            "resolves_to",
            "public|address|{(Type != 'CNAME' && parent.Config.PrivateZone != `true` && Values) || `[]`}",
        ),
        Link("resolves_to", "vpc:{VpcIds[]}|address|{(Type != 'CNAME' && Values) || `[]`}"),
    ),
)

ROWS = (REST_API, HTTP_API, DOMAIN_NAME, DISTRIBUTION, HOSTED_ZONE, DNS_RECORD)
