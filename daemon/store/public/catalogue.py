"""The catalogue of public views: one place makes the SQL, the comments, the dictionary and the documentation.

Additive only: a column, once here, keeps its name and meaning. Every query runs alike on SQLite and PostgreSQL.
"""

from __future__ import annotations

from daemon.store.public.changes import CHANGES
from daemon.store.public.components import COMPONENTS
from daemon.store.public.deliveries import DELIVERIES
from daemon.store.public.paths import PATHS
from daemon.store.public.relations import RELATIONS
from daemon.store.public.resources import RESOURCES
from daemon.store.public.shape import Column, View
from daemon.store.public.snapshots import SNAPSHOTS

VIEWS = (*SNAPSHOTS, *RESOURCES, *RELATIONS, *CHANGES, *PATHS, *COMPONENTS, *DELIVERIES)

DICTIONARY = View(
    "v1_dictionary",
    "Every column of every view, and what it means.",
    (
        Column("view_name", "", "Name of the view", example="v1_resources"),
        Column("column_name", "", "Name of the column", example="urn"),
        Column("meaning", "", "What it says", example="Identity of the resource"),
        Column("unit", "", "How to read it", example="snapshot number"),
        Column("null_means", "", "What null means; empty if it is never null", example="it still holds"),
        Column("example", "", "One value it may have", example="42"),
        Column("since", "", "Release that brought it", example="0.1"),
    ),
    (),
)

ALL = (*VIEWS, DICTIONARY)
