"""What runs code: instances, Cloud Run, functions."""

from __future__ import annotations

from collectors.gcp.refining import run_in_one_form
from collectors.gcp.row import GcpResourceType
from collectors.model import Role
from collectors.spec import Link

INSTANCE = GcpResourceType(
    type="gcp.compute.instance",
    asset_type="compute.googleapis.com/Instance",
    role=Role.WORKLOAD,
    aliases=(
        "gcp:{asset.project}|instance|{id}",
        "public|address|{networkInterfaces[].accessConfigs[].natIP}",
        "public|address|{networkInterfaces[].ipv6AccessConfigs[].externalIpv6}",
        "vpc:{networkInterfaces[0].network|full}|address|{networkInterfaces[0].networkIP}",
        "vpc:{networkInterfaces[0].network|full}|host|{name}",
    ),
    namespaces=("vpc:{networkInterfaces[].network|full}",),
    keep=(
        "CanIpForward: canIpForward",
        "ConfidentialCompute: confidentialInstanceConfig.enableConfidentialCompute",
        "DeletionProtection: deletionProtection",
        "MachineType: machineType",
        "MetadataKeys: metadata.items[].key",
        "NetworkTags: tags.items",
        "SecureBoot: shieldedInstanceConfig.enableSecureBoot",
        "Status: status",
    ),
    links=(
        Link("in_network", "{networkInterfaces[].subnetwork|full}"),
        Link("assumes", "public|service_account|{serviceAccounts[].email}"),
        Link("member_of", "//compute.googleapis.com/{metadata.items[?key=='created-by'].value}"),
        Link("encrypted_by", "//cloudkms.googleapis.com/{disks[].diskEncryptionKey.kmsKeyName|unversioned}"),
    ),
    public="networkInterfaces[].[accessConfigs[].natIP, ipv6AccessConfigs[].externalIpv6][][]",
)

RUN_SERVICE = GcpResourceType(
    type="gcp.run.service",
    asset_type="run.googleapis.com/Service",
    role=Role.WORKLOAD,
    refine=run_in_one_form,
    aliases=(
        "public|host|{uri|host}",
        "public|host|{urls[]|host}",
        "public|resource|//run.googleapis.com/projects/{asset.project}/locations/{asset.location}/services/{asset.name|tail}",
        "public|resource|//run.googleapis.com/projects/{asset.number}/locations/{asset.location}/services/{asset.name|tail}",
    ),
    namespaces=("vpc:{template.vpcAccess.networkInterfaces[].network|full}",),
    keep=(
        "BinaryAuthorization: binaryAuthorization",
        (
            "Containers: template.containers[].{Name: name, Image: image, Ports: ports[].containerPort, "
            "Variables: env[].name}"
        ),
        "Egress: template.vpcAccess.egress",
        "ExecutionEnvironment: template.executionEnvironment",
        "Ingress: ingress",
        "Traffic: traffic[].{Percent: percent, Revision: revision, Tag: tag}",
    ),
    links=(
        Link("assumes", "public|service_account|{template.serviceAccount}"),
        Link("uses_image", "public|image_name|{template.containers[].image}"),
        Link(
            "uses_secret",
            "gcp:{asset.project}|secret|{template.containers[].env[].valueSource.secretKeyRef.secret|tail}",
        ),
        Link("uses_secret", "gcp:{asset.project}|secret|{template.volumes[].secret.secret|tail}"),
        Link("in_network", "//vpcaccess.googleapis.com/{template.vpcAccess.connector}"),
        Link("configured_for", "public|cloudsql|{template.volumes[].cloudSqlInstance.instances[]}"),
        Link("encrypted_by", "//cloudkms.googleapis.com/{template.encryptionKey}"),
    ),
    public="ingress == 'INGRESS_TRAFFIC_ALL'",
    environment="template.containers[].env[]",
)

RUN_JOB = GcpResourceType(
    type="gcp.run.job",
    asset_type="run.googleapis.com/Job",
    role=Role.WORKLOAD,
    refine=run_in_one_form,
    aliases=(
        "public|resource|//run.googleapis.com/projects/{asset.project}/locations/{asset.location}/jobs/{asset.name|tail}",
        "public|resource|//run.googleapis.com/projects/{asset.number}/locations/{asset.location}/jobs/{asset.name|tail}",
    ),
    namespaces=("vpc:{template.template.vpcAccess.networkInterfaces[].network|full}",),
    keep=(
        "Containers: template.template.containers[].{Name: name, Image: image, Variables: env[].name}",
        "Egress: template.template.vpcAccess.egress",
        "ExecutionEnvironment: template.template.executionEnvironment",
    ),
    links=(
        Link("assumes", "public|service_account|{template.template.serviceAccount}"),
        Link("uses_image", "public|image_name|{template.template.containers[].image}"),
        Link(
            "uses_secret",
            "gcp:{asset.project}|secret|{template.template.containers[].env[].valueSource.secretKeyRef.secret|tail}",
        ),
        Link("in_network", "//vpcaccess.googleapis.com/{template.template.vpcAccess.connector}"),
        Link("configured_for", "public|cloudsql|{template.template.volumes[].cloudSqlInstance.instances[]}"),
    ),
    environment="template.template.containers[].env[]",
)

FUNCTION_FIRST = GcpResourceType(
    type="gcp.functions.cloud_function",
    asset_type="cloudfunctions.googleapis.com/CloudFunction",
    role=Role.WORKLOAD,
    aliases=(
        "public|host|{httpsTrigger.url|host}",
        "public|resource|//cloudfunctions.googleapis.com/projects/{asset.project}/locations/{asset.location}/functions/{asset.name|tail|lower}",
    ),
    keep=(
        "EntryPoint: entryPoint",
        "Ingress: ingressSettings",
        "Runtime: runtime",
        "SecurityLevel: httpsTrigger.securityLevel",
        "Status: status",
        "Trigger: eventTrigger.eventType",
    ),
    links=(
        Link("assumes", "public|service_account|{serviceAccountEmail}"),
        Link("triggers", "//pubsub.googleapis.com/{eventTrigger.resource}", inward=True),
        Link("in_network", "//vpcaccess.googleapis.com/{vpcConnector}"),
        Link("uses_secret", "gcp:{asset.project}|secret|{secretEnvironmentVariables[].secret|tail}"),
        Link("encrypted_by", "//cloudkms.googleapis.com/{kmsKeyName|unversioned}"),
    ),
    public="httpsTrigger && (ingressSettings || 'ALLOW_ALL') == 'ALLOW_ALL'",
    environment="environmentVariables",
)

FUNCTION = GcpResourceType(
    type="gcp.functions.function",
    asset_type="cloudfunctions.googleapis.com/Function",
    role=Role.WORKLOAD,
    aliases=(
        "public|host|{url|host}",
        "public|resource|//cloudfunctions.googleapis.com/projects/{asset.project}/locations/{asset.location}/functions/{asset.name|tail|lower}",
    ),
    keep=(
        "EntryPoint: buildConfig.entryPoint",
        "Generation: environment",
        "Ingress: serviceConfig.ingressSettings",
        "Runtime: buildConfig.runtime",
        "State: state",
        "Trigger: eventTrigger.eventType",
    ),
    links=(
        Link("deployed_as", "//run.googleapis.com/{serviceConfig.service}"),
        Link("assumes", "public|service_account|{serviceConfig.serviceAccountEmail}"),
        Link("triggers", "//pubsub.googleapis.com/{eventTrigger.pubsubTopic}", inward=True),
        Link("in_network", "//vpcaccess.googleapis.com/{serviceConfig.vpcConnector}"),
        Link(
            "uses_secret",
            "gcp:{asset.project}|secret|{serviceConfig.secretEnvironmentVariables[].secret|tail}",
        ),
        Link("encrypted_by", "//cloudkms.googleapis.com/{kmsKeyName|unversioned}"),
    ),
    public="!eventTrigger && (serviceConfig.ingressSettings || 'ALLOW_ALL') == 'ALLOW_ALL'",
    environment="serviceConfig.environmentVariables",
)

ROWS = (INSTANCE, RUN_SERVICE, RUN_JOB, FUNCTION_FIRST, FUNCTION)
