"""Small questions of operators, asked through the public views, so that they are proven to suffice."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

Rows = list[dict[str, Any]]


def snapshots(connection: Connection) -> Rows:
    """All snapshots, newest first."""
    rows = _rows(connection, "SELECT * FROM v1_snapshots ORDER BY number DESC")
    return [{**row, "late": bool(row["late"])} for row in rows]


def inventory(connection: Connection, **filters: str) -> Rows:
    """Resources, sorted; `text` matches a part of name or urn, the others whole values with `*`."""
    conditions, values = ["1 = 1"], {}
    for name, value in filters.items():
        if not value:
            continue
        if name == "text":
            conditions.append("(lower(name) LIKE :text ESCAPE '!' OR lower(urn) LIKE :text ESCAPE '!')")
            values["text"] = f"%{_escaped(value.lower())}%"
        else:
            conditions.append(f"{name} LIKE :{name} ESCAPE '!'")
            values[name] = _escaped(value).replace("*", "%")
    query = (
        "SELECT DISTINCT type, name, role, account, region, public, urn FROM v1_resources "  # noqa: S608
        f"WHERE {' AND '.join(conditions)} ORDER BY type, account, region, name, urn"
    )  # the names of conditions are keyword arguments of ours, the values are bound
    return _rows(connection, query, **values)


def deliveries(connection: Connection, limit: int = 50) -> Rows:
    """The newest deliveries first."""
    return _rows(connection, f"SELECT * FROM v1_deliveries ORDER BY id DESC LIMIT {limit:d}")  # noqa: S608


def components(connection: Connection, name: str) -> Rows:
    """Which service runs a component whose name or package URL contains this text."""
    return _rows(
        connection,
        "SELECT name, version, subject, image, purl FROM v1_components "
        "WHERE lower(name) LIKE :text ESCAPE '!' OR lower(purl) LIKE :text ESCAPE '!' "
        "ORDER BY name, version, subject, image",
        text=f"%{_escaped(name.lower())}%",
    )


def findings(connection: Connection) -> Rows:
    """Every vulnerable component that runs."""
    return _rows(connection, "SELECT * FROM v1_findings ORDER BY subject, package, advisory")


def images(connection: Connection, text_: str) -> Rows:
    """Images in use whose own name, reference or user contains this text, with who runs them."""
    return _rows(
        connection,
        "SELECT DISTINCT r.target AS image, r.source AS subject FROM v1_relations r "
        "WHERE r.verb = 'runs_image' AND (lower(r.source) LIKE :text ESCAPE '!' "
        "OR lower(r.target) LIKE :text ESCAPE '!') ORDER BY 1, 2",
        text=f"%{_escaped(text_.lower())}%",
    )


def dictionary(connection: Connection) -> Rows:
    """What every column of the views means."""
    return _rows(connection, "SELECT * FROM v1_dictionary ORDER BY view_name, column_name")


def status(connection: Connection) -> dict[str, Any]:
    """The newest snapshot and what waits, as name -> value."""
    found = _rows(connection, "SELECT * FROM v1_snapshots ORDER BY number DESC LIMIT 1")
    waiting = _rows(connection, "SELECT count(*) AS n FROM v1_deliveries WHERE state = 'pending'")
    paths = _rows(
        connection, "SELECT exposure, count(*) AS n FROM v1_data_paths GROUP BY exposure ORDER BY 1"
    )
    result: dict[str, Any] = {"snapshot": None, "deliveries_waiting": waiting[0]["n"]}
    if found:
        newest = found[0]
        result = {
            "snapshot": newest["number"],
            "taken": newest["started_at"],
            "state": newest["state"],
            "coverage": f"{newest['listed']}/{newest['extents']}",
            **{f"paths_{row['exposure']}": row["n"] for row in paths},
            **result,
            "header": newest["header"],
        }
        result["snapshot"] = newest["number"]
    return result


def _rows(connection: Connection, query: str, **values: str) -> Rows:
    return [dict(row._mapping) for row in connection.execute(text(query), values)]  # noqa: SLF001 - SQLAlchemy's public name


def _escaped(value: str) -> str:
    return value.replace("!", "!!").replace("%", "!%").replace("_", "!_")
