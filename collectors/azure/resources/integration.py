"""What hands data on: queues, topics and streams, by their namespaces."""

from __future__ import annotations

from collectors.azure.row import AzureResourceType
from collectors.model import Role
from collectors.spec import Link

_KEEP = (
    "DisableLocalAuth: properties.disableLocalAuth",
    "MinimalTls: properties.minimumTlsVersion",
    "PublicNetworkAccess: properties.publicNetworkAccess",
    "Sku: sku.name",
)
_PUBLIC = "properties.publicNetworkAccess == 'Enabled'"

SERVICE_BUS = AzureResourceType(
    type="azure.servicebus.namespace",
    kind="microsoft.servicebus/namespaces",
    role=Role.QUEUE,
    aliases=("public|host|{properties.serviceBusEndpoint|host}",),
    keep=_KEEP,
    links=(Link("assumes", "{identities}"),),
    public=_PUBLIC,
)

EVENT_HUBS = AzureResourceType(
    type="azure.eventhub.namespace",
    kind="microsoft.eventhub/namespaces",
    role=Role.QUEUE,
    aliases=("public|host|{properties.serviceBusEndpoint|host}",),
    keep=tuple(sorted((*_KEEP, "Kafka: properties.kafkaEnabled"))),
    links=(Link("assumes", "{identities}"),),
    public=_PUBLIC,
)

EVENT_GRID_TOPIC = AzureResourceType(
    type="azure.eventgrid.topic",
    kind="microsoft.eventgrid/topics",
    role=Role.QUEUE,
    aliases=("public|host|{properties.endpoint|host}",),
    keep=(
        "DisableLocalAuth: properties.disableLocalAuth",
        "PublicNetworkAccess: properties.publicNetworkAccess",
    ),
    links=(Link("assumes", "{identities}"),),
    public=_PUBLIC,
)

EVENT_GRID_SYSTEM_TOPIC = AzureResourceType(
    type="azure.eventgrid.system_topic",
    kind="microsoft.eventgrid/systemtopics",
    role=Role.QUEUE,
    keep=("Topic: properties.topicType",),
    links=(Link("fed_by", "{properties.source}"), Link("assumes", "{identities}")),
)

ROWS = (SERVICE_BUS, EVENT_HUBS, EVENT_GRID_TOPIC, EVENT_GRID_SYSTEM_TOPIC)
