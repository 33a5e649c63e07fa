"""Small questions of operators, asked through the public views, so that they are proven to suffice."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from daemon.store.known import escaped

Rows = list[dict[str, Any]]


def snapshots(connection: Connection, *, every: bool = False) -> Rows:
    """All snapshots, newest first. `every`: those that are pruned too."""
    rows = _rows(connection, "SELECT * FROM v1_snapshots ORDER BY number DESC")
    return [{**row, "late": bool(row["late"])} for row in rows if every or row["pruned_at"] is None]


def span(connection: Connection) -> tuple[tuple[int, str], tuple[int, str]] | None:
    """Number and time of the first snapshot and of the newest one; None without any."""
    ends = [
        _rows(connection, f"SELECT number, started_at FROM v1_snapshots ORDER BY number {way} LIMIT 1")  # noqa: S608
        for way in ("ASC", "DESC")
    ]
    if not ends[0]:
        return None
    first, newest = ((row["number"], row["started_at"]) for (row,) in ends)
    return first, newest


def deliveries(connection: Connection, limit: int = 50) -> Rows:
    """The newest deliveries first."""
    return _rows(connection, f"SELECT * FROM v1_deliveries ORDER BY id DESC LIMIT {limit:d}")  # noqa: S608


def components(connection: Connection, name: str) -> Rows:
    """Which service runs a component whose name or package URL contains this text."""
    return _rows(
        connection,
        "SELECT name, version, subject, image, purl FROM v1_components "
        "WHERE lower(name) LIKE lower(:text) ESCAPE '!' OR lower(purl) LIKE lower(:text) ESCAPE '!' "
        "ORDER BY name, version, subject, image",
        text=f"%{escaped(name)}%",
    )


def findings(connection: Connection) -> Rows:
    """Every vulnerable component that runs."""
    return _rows(connection, "SELECT * FROM v1_findings ORDER BY subject, package, advisory")


def images(connection: Connection, text_: str) -> Rows:
    """Images in use whose own name, reference or user contains this text, with who runs them."""
    return _rows(
        connection,
        "SELECT DISTINCT r.target AS image, r.source AS subject FROM v1_relations r "
        "WHERE r.verb = 'runs_image' AND (lower(r.source) LIKE lower(:text) ESCAPE '!' "
        "OR lower(r.target) LIKE lower(:text) ESCAPE '!') ORDER BY 1, 2",
        text=f"%{escaped(text_)}%",
    )


def dictionary(connection: Connection) -> Rows:
    """What every column of the views means."""
    return _rows(connection, "SELECT * FROM v1_dictionary ORDER BY view_name, column_name")


def status(connection: Connection) -> dict[str, Any]:
    """The newest snapshot and what waits, as name -> value. Paths that differ in their class alone count as one."""
    found = _rows(connection, "SELECT * FROM v1_snapshots ORDER BY number DESC LIMIT 1")
    waiting = _rows(connection, "SELECT count(*) AS n FROM v1_deliveries WHERE state = 'pending'")
    paths = _rows(
        connection,
        "SELECT exposure, count(*) AS n FROM (SELECT DISTINCT exposure, origin_operation, sink, direction, "
        "tier, borders, answer FROM v1_data_paths) AS lines GROUP BY exposure ORDER BY 1",
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
