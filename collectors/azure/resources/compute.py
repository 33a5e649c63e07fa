"""Machines and what they stand on."""

from __future__ import annotations

from collectors.azure.row import AzureResourceType
from collectors.model import Role
from collectors.spec import Link, Reported

MACHINE = AzureResourceType(
    type="azure.compute.machine",
    kind="microsoft.compute/virtualmachines",
    role=Role.WORKLOAD,
    aliases=("public|machine|{properties.vmId}",),
    keep=(
        "Image: properties.storageProfile.imageReference.{Publisher: publisher, Offer: offer, Sku: sku, Id: id}",
        "Size: properties.hardwareProfile.vmSize",
        "State: properties.extended.instanceView.powerState.code",
        "System: properties.storageProfile.osDisk.osType",
        "Zones: zones",
    ),
    links=(
        Link("in_network", "{properties.networkProfile.networkInterfaces[].id}"),
        Link("assumes", "{identities}"),
        Link("uses_disk", "{properties.storageProfile.osDisk.managedDisk.id}"),
        Link("uses_disk", "{properties.storageProfile.dataDisks[].managedDisk.id}"),
        Link("member_of", "{properties.virtualMachineScaleSet.id}"),
    ),
)

SCALE_SET = AzureResourceType(
    type="azure.compute.scale_set",
    kind="microsoft.compute/virtualmachinescalesets",
    role=Role.WORKLOAD,
    keep=(
        (
            "Image: properties.virtualMachineProfile.storageProfile.imageReference."
            "{Publisher: publisher, Offer: offer, Sku: sku, Id: id}"
        ),
        "Mode: properties.orchestrationMode",
        "Size: sku.name",
        "Zones: zones",
    ),
    links=(
        Link(
            "in_network",
            (
                "{properties.virtualMachineProfile.networkProfile.networkInterfaceConfigurations[]"
                ".properties.ipConfigurations[].properties.subnet.id}"
            ),
        ),
        Link(
            "routes_to",
            (
                "{properties.virtualMachineProfile.networkProfile.networkInterfaceConfigurations[]"
                ".properties.ipConfigurations[].properties.loadBalancerBackendAddressPools[].id|owner}"
            ),
            inward=True,
        ),
        Link("assumes", "{identities}"),
    ),
)

DISK = AzureResourceType(
    type="azure.compute.disk",
    kind="microsoft.compute/disks",
    keep=(
        "Encryption: properties.encryption.type",
        "PublicNetworkAccess: properties.publicNetworkAccess",
        "SizeGB: properties.diskSizeGB",
        "Sku: sku.name",
        "Zones: zones",
    ),
    links=(Link("encrypted_by", "{properties.encryption.diskEncryptionSetId}"),),
    report=Reported.SUMMARY,
)

ROWS = (MACHINE, SCALE_SET, DISK)
