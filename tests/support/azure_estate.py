"""A small shop on Azure, as documents; secrets are planted in every place where they leak."""

from __future__ import annotations

from tests.support.azure_fake import Document, Subscription, group, resource

SHOP = "aaaaaaaa-0000-4000-8000-000000000001"
OTHER = "bbbbbbbb-0000-4000-8000-000000000002"
CANARY = "Canary7Secret9Value"
"""Stands in every place of a document where operators leave secrets."""


def id_of(kind: str, name: str, subscription: str = SHOP) -> str:
    """The urn of a resource."""
    return str(resource(subscription, kind, name, {})["id"]).lower()


SUBNET = f"{id_of('Microsoft.Network/virtualNetworks', 'shop-net')}/subnets/apps"
NIC = id_of("Microsoft.Network/networkInterfaces", "vm-nic")
ENVIRONMENT = id_of("Microsoft.App/managedEnvironments", "shop-env")
IDENTITY = id_of("Microsoft.ManagedIdentity/userAssignedIdentities", "shop-identity")
CONNECTION = (
    f"Server=tcp:shop-sql.database.windows.net,1433;Initial Catalog=orders;User ID=app;Password={CANARY}"
)


def shop(id: str = SHOP) -> Subscription:
    """The subscription with everything in it."""
    return Subscription(id, "Shop", groups=[group(id)], resources=_resources(id))


def _resources(id: str) -> list[Document]:
    def made(kind: str, name: str, properties: Document, /, **other: object) -> Document:
        return resource(id, kind, name, properties, **other)

    return [
        made(
            "Microsoft.App/containerApps",
            "checkout",
            {
                "managedEnvironmentId": ENVIRONMENT.upper(),
                "provisioningState": "Succeeded",
                "runningStatus": "Running",
                "latestRevisionName": "checkout--abc",
                "configuration": {
                    "secrets": [
                        {"name": "sql-password", "value": CANARY},
                        {"name": "mail", "keyVaultUrl": "https://shop-vault.vault.azure.net/secrets/mail"},
                    ],
                    "registries": [{"server": "shop.azurecr.io", "passwordSecretRef": "acr"}],
                    "ingress": {
                        "external": True,
                        "fqdn": "checkout.happysea-1.westeurope.azurecontainerapps.io",
                        "targetPort": 8080,
                    },
                },
                "template": {
                    "containers": [
                        {
                            "name": "app",
                            "image": "shop.azurecr.io/checkout:1.4",
                            "env": [
                                {"name": "SQL", "value": CONNECTION},
                                {
                                    "name": "BLOBS",
                                    "value": "https://shopfiles.blob.core.windows.net/x?sig=" + CANARY,
                                },
                                {"name": "MAILER", "value": f"https://u:{CANARY}@api.mailer.example/v1"},
                                {"name": "API_TOKEN", "secretRef": "sql-password"},
                            ],
                        }
                    ],
                    "initContainers": None,
                    "scale": {"minReplicas": 1, "maxReplicas": 3},
                },
            },
            identity={
                "type": "UserAssigned",
                "userAssignedIdentities": {IDENTITY.upper(): {"principalId": "p", "clientId": "c"}},
            },
            tags={"team": "shop", "hidden-link:/app-insights-conn-string": f"InstrumentationKey={CANARY}"},
        ),
        made(
            "Microsoft.App/managedEnvironments",
            "shop-env",
            {
                "defaultDomain": "happysea-1.westeurope.azurecontainerapps.io",
                "vnetConfiguration": {"infrastructureSubnetId": SUBNET, "internal": False},
                "appLogsConfiguration": {"logAnalyticsConfiguration": {"sharedKey": CANARY}},
            },
        ),
        made(
            "Microsoft.Sql/servers",
            "shop-sql",
            {
                "fullyQualifiedDomainName": "shop-sql.database.windows.net",
                "administratorLogin": "jane.doe",
                "administratorLoginPassword": CANARY,
                "publicNetworkAccess": "Enabled",
                "minimalTlsVersion": "1.2",
                "version": "12.0",
            },
        ),
        made(
            "Microsoft.Sql/servers/databases",
            "shop-sql/orders",
            {"collation": "SQL_Latin1", "earliestRestoreDate": "2026-11-15T00:00:00Z"},
            sku={"name": "S0"},
        ),
        made(
            "Microsoft.DBforPostgreSQL/flexibleServers",
            "shop-pg",
            {
                "fullyQualifiedDomainName": "shop-pg.postgres.database.azure.com",
                "network": {"publicNetworkAccess": "Disabled", "delegatedSubnetResourceId": SUBNET},
                "version": "16",
            },
        ),
        made(
            "Microsoft.Storage/storageAccounts",
            "shopfiles",
            {
                "primaryEndpoints": {
                    "blob": "https://shopfiles.blob.core.windows.net/",
                    "queue": "https://shopfiles.queue.core.windows.net/",
                },
                "allowBlobPublicAccess": False,
                "supportsHttpsTrafficOnly": True,
                "networkAcls": {"defaultAction": "Allow"},
                "keyCreationTime": {"key1": "2024-01-01T00:00:00Z"},
            },
            sku={"name": "Standard_LRS"},
            kind="StorageV2",
        ),
        made("Microsoft.KeyVault/vaults", "shop-vault", {"vaultUri": "https://shop-vault.vault.azure.net/"}),
        made(
            "Microsoft.ServiceBus/namespaces",
            "shop-bus",
            {
                "serviceBusEndpoint": "https://shop-bus.servicebus.windows.net:443/",
                "publicNetworkAccess": "Enabled",
            },
            sku={"name": "Standard"},
        ),
        made(
            "Microsoft.Web/sites",
            "shop-hooks",
            {
                "defaultHostName": "shop-hooks.azurewebsites.net",
                "hostNames": ["shop-hooks.azurewebsites.net", "hooks.shop.example"],
                "state": "Running",
                "publicNetworkAccess": "Enabled",
                "siteConfig": {"appSettings": [{"name": "KEY", "value": CANARY}]},
                "lastModifiedTimeUtc": "2026-11-20T01:02:03Z",
            },
            kind="functionapp,linux",
        ),
        made(
            "Microsoft.Compute/virtualMachines",
            "legacy",
            {
                "hardwareProfile": {"vmSize": "Standard_B2s"},
                "osProfile": {"computerName": "legacy", "adminUsername": "jane", "customData": CANARY},
                "networkProfile": {"networkInterfaces": [{"id": NIC}]},
                "extended": {"instanceView": {"powerState": {"code": "PowerState/running"}}},
            },
        ),
        made(
            "Microsoft.Network/networkInterfaces",
            "vm-nic",
            {
                "ipConfigurations": [
                    {"properties": {"privateIPAddress": "10.0.1.4", "subnet": {"id": SUBNET}}}
                ],
                "virtualMachine": {"id": id_of("Microsoft.Compute/virtualMachines", "legacy")},
            },
        ),
        made(
            "Microsoft.Network/publicIPAddresses",
            "vm-ip",
            {
                "ipAddress": "20.1.2.3",
                "ipConfiguration": {"id": f"{NIC}/ipConfigurations/first"},
                "dnsSettings": {"fqdn": "legacy.westeurope.cloudapp.azure.com"},
            },
        ),
        made(
            "Microsoft.Network/virtualNetworks",
            "shop-net",
            {
                "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
                "subnets": [
                    {
                        "id": SUBNET,
                        "name": "apps",
                        "properties": {"addressPrefix": "10.0.1.0/24"},
                        "etag": "W/1",
                    }
                ],
            },
        ),
        made(
            "Microsoft.Network/applicationGateways",
            "front",
            {
                "sku": {"name": "WAF_v2"},
                "frontendIPConfigurations": [
                    {
                        "properties": {
                            "publicIPAddress": {"id": id_of("Microsoft.Network/publicIPAddresses", "gw")}
                        }
                    }
                ],
                "backendAddressPools": [
                    {"properties": {"backendAddresses": [{"fqdn": "shop-hooks.azurewebsites.net"}]}}
                ],
            },
        ),
        made("Microsoft.Network/dnsZones", "shop.example", {"nameServers": ["ns1."]}, location="global"),
        made("Microsoft.Network/privateDnsZones", "corp.example", {}, location="global"),
        made("Microsoft.ManagedIdentity/userAssignedIdentities", "shop-identity", {"principalId": "p"}),
        made(
            "Microsoft.Insights/components",
            "shop-insights",
            {
                "Application_Type": "web",
                "InstrumentationKey": CANARY,
                "ConnectionString": f"InstrumentationKey={CANARY}",
                "CreationDate": "2026-01-01",
                "RetentionInDays": 90,
                "Callback": f"https://hooks.example/in?code={CANARY}",
                "provisioningState": "Succeeded",
            },
        ),
        made(
            "Microsoft.Compute/virtualMachines/extensions",
            "legacy/script",
            {
                "publisher": "Microsoft.Azure.Extensions",
                "settings": {"commandToExecute": f"login {CANARY}"},
                "typeHandlerVersion": "2.1",
            },
        ),
    ]
