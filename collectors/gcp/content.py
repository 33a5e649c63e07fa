"""From an asset to a resource and its relations, as its row says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from collectors.gcp import whole
from collectors.gcp.documents import document, item
from collectors.gcp.environment import tongue
from collectors.gcp.row import GcpResourceType
from collectors.model import Relation, Resource, Scope
from collectors.shaping import plain, shaped


def resource_of(
    row: GcpResourceType,
    asset: Any,
    projects: Mapping[str, str],  # google.cloud.asset.v1.Asset
) -> tuple[Resource, tuple[Relation, ...]] | None:
    """The resource an asset is, and what it leads to; None if it is none of its row. `projects`: ids by number."""
    described = item(asset, projects)
    if row.refine:
        described = row.refine(described)
    place = described["asset"]
    scope = Scope("gcp", place["project"], place["location"])
    made = shaped(row, described, scope, tongue(place["project"]))
    if made is None or not row.whole:
        return made
    resource, relations = made
    kept = plain(whole.kept(document(asset.resource.data)))
    assert isinstance(kept, dict)
    kept.pop("labels", None)  # they are its tags
    return replace(resource, attributes={**kept, **resource.attributes}), relations
