"""Tools that no span tells the address of: never a third party, and told why."""

from __future__ import annotations

import pytest

from collectors.model import Alias, Resource, Role
from daemon.analysis.lacking import lacking
from daemon.values.graph import Bound
from daemon.values.lacking import Lack
from tests.support.graphs import Estate


@pytest.mark.parametrize(
    ("name", "said", "lacks"),
    [
        ("mcp:github.search", "github.search is a tool of an MCP server that spans give no address of", True),
        ("stdio:search", "search is a tool that runs beside its caller (MCP over stdio)", False),
    ],
)
def test_a_tool_without_an_address_is_unresolved_and_says_so(name: str, said: str, lacks: bool) -> None:
    estate = Estate()
    service = estate.service("agent")
    root = estate.root(service, "POST /ask")
    urn, alias = f"host://prod/{name}", Alias(f"caller:{service}", "tool", name)
    estate.resources[urn] = Resource(urn, "host", name, estate.traces, Role.HOST)
    estate.relate(urn, "located_at", alias).relate(root, "sends_to", urn)
    graph = estate.graph()
    binding = graph.bindings[str(alias)]
    assert binding.state is Bound.UNRESOLVED
    assert binding.reason.startswith(said)
    (found,) = lacking(graph)
    assert (Lack.PEER_ADDRESS in found.lacks) is lacks
