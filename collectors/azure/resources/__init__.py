"""Every resource type of Azure that is listed, by area. What has no row of its own is `azure.resource`."""

from __future__ import annotations

from collectors.azure.resources import (
    compute,
    containers,
    database,
    identity,
    integration,
    network,
    storage,
    web,
)
from collectors.azure.row import GENERIC, RESOURCE_GROUP, SUBSCRIPTION, AzureResourceType

ROWS: tuple[AzureResourceType, ...] = (
    SUBSCRIPTION,
    RESOURCE_GROUP,
    *compute.ROWS,
    *containers.ROWS,
    *database.ROWS,
    *identity.ROWS,
    *integration.ROWS,
    *network.ROWS,
    *storage.ROWS,
    *web.ROWS,
    GENERIC,
)
