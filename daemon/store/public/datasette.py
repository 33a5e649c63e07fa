"""Settings for Datasette over the published copy: what each view and column means, and the cookbook as queries.

The form is Datasette's `metadata.json` (https://docs.datasette.io/en/stable/metadata.html).
"""

from __future__ import annotations

import json

from daemon.store.columns import SNAPSHOT
from daemon.store.public.catalogue import ALL
from daemon.store.public.cookbook import COOKBOOK
from daemon.store.public.question import Question
from daemon.store.public.shape import View


def metadata(database: str) -> str:
    """JSON for `datasette DATABASE.db --metadata FILE`. `database`: the file's name without its ending."""
    hidden = sorted({*SNAPSHOT.metadata.tables, "alembic_version"})
    content = {
        "title": "Driftline",
        "description": "What runs in our clouds, which service talks to which, and where personal data flows.",
        "databases": {
            database: {
                "description": "The newest published snapshot and all before it. Read the views v1_*.",
                "tables": {
                    **{view.name: _table(view) for view in ALL},
                    **{name: {"hidden": True} for name in hidden},
                },
                "queries": {question.name: _query(question) for question in COOKBOOK},
            }
        },
    }
    return json.dumps(content, indent=2) + "\n"


def _table(view: View) -> dict[str, object]:
    return {
        "description": view.meaning,
        "columns": {column.name: column.sentence for column in view.columns},
    }


def _query(question: Question) -> dict[str, object]:
    described = [f":{each.name} is: {each.meaning}, as {each.example}." for each in question.parameters]
    return {
        "title": question.title,
        "description": " ".join(filter(None, (question.note, *described))),
        "sql": question.sql.strip(),
        "params": [each.name for each in question.parameters],
    }
