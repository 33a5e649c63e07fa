"""What knows the columns of tables that lie in files: databases and tables of the Glue catalogue."""

from __future__ import annotations

from collectors.aws.row import AwsResourceType
from collectors.model import Role
from collectors.spec import Call, Link

_COLUMN = (
    "{Name: Name, Type: Type, Comment: Comment, Classification: Parameters.classification, "
    "DataClass: Parameters.data_class, Pii: Parameters.pii}"
)

DATABASE = AwsResourceType(
    type="aws.glue.database",
    service="glue",
    list=Call("GetDatabases", "DatabaseList[]"),
    urn="arn:{partition}:glue:{region}:{account}:database/{Name}",
    name="{Name}",
    tags="",
    keep=("Description", "LocationUri", "TargetDatabase"),
)

TABLE = AwsResourceType(
    type="aws.glue.table",
    service="glue",
    over=DATABASE,
    list=Call(
        "GetTables", "TableList[]", {"DatabaseName": "{parent.Name}"}, gone=("EntityNotFoundException",)
    ),
    urn="arn:{partition}:glue:{region}:{account}:table/{DatabaseName}/{Name}",
    name="{DatabaseName}.{Name}",
    role=Role.TABLE,
    detail=(
        Call(
            "GetResourceLFTags",
            "LFTagsOnColumns",
            {"Resource": {"Table": {"DatabaseName": "{DatabaseName}", "Name": "{Name}"}}},
            into="LFTagsOnColumns",
            absent=("EntityNotFoundException",),
            service="lakeformation",
        ),
    ),
    tags="",
    aliases=("aws:{account}:{region}|glue|{DatabaseName}.{Name}",),
    keep=(
        "Classification: Parameters.classification",
        f"Columns: StorageDescriptor.Columns[].{_COLUMN}",
        "ColumnTags: LFTagsOnColumns[].{Name: Name, Tags: LFTags[].{Key: TagKey, Values: TagValues}}",
        "ConnectionName: Parameters.connectionName",
        "Database: DatabaseName",
        "Description",
        "Location: StorageDescriptor.Location",
        f"PartitionKeys: PartitionKeys[].{_COLUMN}",
        "TableFormat: Parameters.table_type",
        "TableType",
        "TargetTable",
    ),
    ordered=("Columns", "PartitionKeys"),
    links=(
        Link("part_of", "arn:{partition}:glue:{region}:{account}:database/{DatabaseName}"),
        Link("stored_in", "public|bucket|{StorageDescriptor.[Location][?@ && starts_with(@, 's3')]|host}"),
    ),
)

ROWS = (DATABASE, TABLE)
