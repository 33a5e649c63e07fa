"""Who may read the views on PostgreSQL: the SQL that lets a role in, and rights kept while views are made anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from daemon.store.public.catalogue import ALL
from daemon.store.public.quoting import literal, named

LONGEST_STATEMENT = "60s"
LONGEST_PAUSE = "60s"
"""In an open transaction: it holds back the clearing of old rows."""


@dataclass(frozen=True, slots=True)
class Rights:
    """From which views a role may select. `role`: "" is everybody. `views`: with grant option or without.

    `whole`: these were all the views there were.
    """

    role: str
    views: Mapping[str, bool]
    whole: bool


def grant(role: str, database: str, schema: str) -> str:
    """SQL that lets `role` (made if it is missing) read the views in `schema` of `database`, and nothing else.

    Raises ValueError if PostgreSQL would not take the name as it is.
    """
    _check(role)
    who, where = named(role), named(database)
    made = (
        f"BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {literal(role)}) "
        f"THEN CREATE ROLE {who} LOGIN; END IF; END"
    )
    views = ",\n  ".join(f"{named(schema)}.{view.name}" for view in ALL)
    limits = {
        "statement_timeout": literal(LONGEST_STATEMENT),
        "idle_in_transaction_session_timeout": literal(LONGEST_PAUSE),
        "default_transaction_read_only": "on",
    }
    return "\n".join(
        (
            "-- Run this as a superuser, or as one who owns the database and the views and may create roles.",
            "-- A role made here has no password yet: psql's \\password gives it one.",
            "BEGIN;",
            f"DO {literal(made)};",
            f"GRANT CONNECT ON DATABASE {where} TO {who};",
            f"GRANT USAGE ON SCHEMA {named(schema)} TO {who};",
            f"GRANT SELECT ON\n  {views}\nTO {who};",
            *(
                f"ALTER ROLE {who} IN DATABASE {where} SET {name} = {value};"
                for name, value in limits.items()
            ),
            "COMMIT;\n",
        )
    )


def _check(role: str) -> None:
    if not role or not role.isprintable():
        raise ValueError("a role's name is printable text in one line")
    if len(role.encode()) > 63:
        raise ValueError("PostgreSQL cuts names after 63 bytes: choose a shorter one")
    if role in {"public", "none"} or role.startswith("pg_"):
        raise ValueError(f'PostgreSQL keeps the name "{role}" for itself: choose another')


_OURS = (
    "c.relkind = 'v' AND starts_with(c.relname, 'v1_') AND c.relnamespace = current_schema()::regnamespace"
)

_VIEWS = f"SELECT count(*) FROM pg_class c WHERE {_OURS}"

_HELD = f"""
SELECT coalesce(r.rolname, '') AS role, c.relname AS view, bool_or(a.is_grantable) AS passes_on
FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE {_OURS} AND a.privilege_type = 'SELECT' AND a.grantee <> c.relowner
GROUP BY 1, 2 ORDER BY 1, 2"""

_BUILT_ON = f"""
SELECT DISTINCT d.oid::regclass::text AS name
FROM pg_class c
JOIN pg_depend p ON p.refobjid = c.oid AND p.refclassid = 'pg_class'::regclass
JOIN pg_rewrite w ON w.oid = p.objid AND p.classid = 'pg_rewrite'::regclass
JOIN pg_class d ON d.oid = w.ev_class AND d.oid <> c.oid
WHERE {_OURS} ORDER BY 1"""


def rights(connection: Connection) -> tuple[Rights, ...]:
    """The rights that roles have on our views; none on SQLite, which has no roles."""
    if connection.dialect.name == "sqlite":
        return ()
    views: dict[str, dict[str, bool]] = defaultdict(dict)
    for role, view, passes_on in connection.exec_driver_sql(_HELD):
        views[role][view] = passes_on
    all_there_are = connection.exec_driver_sql(_VIEWS).scalar()
    return tuple(Rights(role, of_role, len(of_role) == all_there_are) for role, of_role in views.items())


def built_on(connection: Connection) -> tuple[str, ...]:
    """Views of others that select from ours, and keep ours from being made anew."""
    if connection.dialect.name == "sqlite":
        return ()
    return tuple(str(name) for (name,) in connection.exec_driver_sql(_BUILT_ON))


def restore(connection: Connection, held: Iterable[Rights]) -> None:
    """Gives roles their rights on views again. Who could read all of them can read what is new, too."""
    for rights in held:
        new = {view.name: False for view in ALL} if rights.whole else {}
        role = named(rights.role) if rights.role else "PUBLIC"
        for view, passes_on in (new | dict(rights.views)).items():
            statement = f"GRANT SELECT ON {view} TO {role}{' WITH GRANT OPTION' if passes_on else ''}"
            connection.exec_driver_sql(statement.replace("%", "%%"))
