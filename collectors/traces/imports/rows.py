"""Finds the rows of Application Insights in whatever they were exported as, under the names that Log Analytics gives.

Known are its own rows, the table that an API of either kind answers, and the records of diagnostic settings.

Source: https://learn.microsoft.com/azure/azure-monitor/app/convert-classic-resource (old names and new).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

Row = Mapping[str, object]

_CLASSIC = {
    "client_IP": "ClientIP",
    "cloud_RoleName": "AppRoleName",
    "customDimensions": "Properties",
    "data": "Data",
    "duration": "DurationMs",
    "id": "Id",
    "itemCount": "ItemCount",
    "name": "Name",
    "operation_Id": "OperationId",
    "operation_ParentId": "ParentId",
    "resultCode": "ResultCode",
    "source": "Source",
    "target": "Target",
    "time": "TimeGenerated",
    "timestamp": "TimeGenerated",
    "type": "DependencyType",
    "url": "Url",
    "user_AuthenticatedId": "UserAuthenticatedId",
    "user_Id": "UserId",
}


def rows_of(document: object) -> list[Row]:
    """The rows in a document, none if it holds something else."""
    rows = [_named(row) for row in _rows(document)]
    return rows if rows and {"OperationId", "TimeGenerated"} <= rows[0].keys() else []


def _named(row: Row) -> Row:
    return {_CLASSIC.get(name, name): value for name, value in row.items()}


def _rows(document: object) -> Iterator[Row]:
    if isinstance(document, list):
        yield from (one for one in document if isinstance(one, dict))
    elif isinstance(document, dict) and isinstance(document.get("records"), list):
        yield from _rows(document["records"])
    elif isinstance(document, dict) and isinstance(document.get("tables"), list):
        for table in document["tables"]:
            yield from _table(table)
    elif isinstance(document, dict):
        yield document


def _table(table: object) -> Iterator[Row]:
    if not isinstance(table, dict):
        return
    columns, rows = table.get("columns"), table.get("rows")
    if not isinstance(columns, list) or not isinstance(rows, list):
        return
    names = [one.get("name") if isinstance(one, dict) else "" for one in columns]
    for row in rows:
        if isinstance(row, list):
            yield {
                name: value for name, value in zip(names, row, strict=False) if isinstance(name, str) and name
            }
