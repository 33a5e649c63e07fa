"""Parameters in paths are learned from how many words stand in one place, in bounded memory."""

from __future__ import annotations

from collectors.traces import templates
from collectors.traces.facts import Flows
from collectors.traces.memory import MemoryFacts
from collectors.traces.templates import Templates
from tests.support.traces import proto_span, read, resource_spans


def word(number: int) -> str:
    letters = "abcdefghij"
    return "word" + "".join(letters[int(digit)] for digit in str(number))


def test_a_place_with_many_words_is_a_parameter() -> None:
    known = Templates(10)
    first = [known.of("shop", f"/people/{word(number)}/cart") for number in range(templates.WORDS)]
    assert first[7] == f"/people/{word(7)}/cart"
    later = {known.of("shop", f"/people/{word(number)}/cart") for number in range(templates.WORDS, 1000)}
    assert later == {"/people/{id}/cart"}
    assert known.of("shop", f"/people/{word(7)}/cart") == "/people/{id}/cart"
    assert known.of("shop", "/orders/open") == "/orders/open"
    assert known.of("other", "/people/ann/cart") == "/people/ann/cart"


def test_no_number_of_paths_takes_more_than_its_share() -> None:
    known = Templates(3)
    told = {
        known.of(f"service {number % 7}", f"/{word(number % 90)}/{word(number % 49)}/{word(number)}")
        for number in range(30_000)
    }
    assert len(told) < 4 * templates.PLACES
    assert any(path.endswith("/...") for path in told)


def test_operations_without_a_route_are_few_whatever_their_paths() -> None:
    memory = MemoryFacts()
    flows = Flows(memory)
    for number in range(500):
        attributes = {"http.request.method": "GET", "url.path": f"/people/{word(number)}"}
        flows.record(
            read(resource_spans("a", [proto_span("s", "server", trace=f"t{number}", attributes=attributes)])),
            1,
        )
    names = [fact.target.rpartition("//")[2] for fact in memory.facts("prod") if fact.verb == "has"]
    assert len(names) == templates.WORDS + 1
    assert "a/GET /people/{id}" in names
