"""What hands data on."""

from __future__ import annotations

from collectors.gcp.row import GcpResourceType
from collectors.model import Role
from collectors.spec import Link

TOPIC = GcpResourceType(
    type="gcp.pubsub.topic",
    asset_type="pubsub.googleapis.com/Topic",
    role=Role.QUEUE,
    aliases=("public|pubsub|{asset.relative}",),
    keep=(
        "Regions: messageStoragePolicy.allowedPersistenceRegions",
        "Retention: messageRetentionDuration",
        "Schema: schemaSettings.schema",
    ),
    links=(Link("encrypted_by", "//cloudkms.googleapis.com/{kmsKeyName|unversioned}"),),
)

SUBSCRIPTION = GcpResourceType(
    type="gcp.pubsub.subscription",
    asset_type="pubsub.googleapis.com/Subscription",
    role=Role.QUEUE,
    keep=(
        "AckDeadline: ackDeadlineSeconds",
        "Filter: filter",
        "Retention: messageRetentionDuration",
        "State: state",
    ),
    links=(
        Link("consumes", "//pubsub.googleapis.com/{topic}"),
        Link("triggers", "public|host|{pushConfig.pushEndpoint|host}"),
        Link("assumes", "public|service_account|{pushConfig.oidcToken.serviceAccountEmail}"),
        Link("dead_letters_to", "//pubsub.googleapis.com/{deadLetterPolicy.deadLetterTopic}"),
        Link("writes_to", "public|bigquery|{bigqueryConfig.table}"),
        Link("writes_to", "public|gcs|{cloudStorageConfig.bucket}"),
    ),
)

ROWS = (TOPIC, SUBSCRIPTION)
