"""What it costs to ask a registry about images: requests for each, and how fast they are answered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpcore
import orjson

from collectors.images.collector import ImagesCollector
from collectors.images.registry import Access
from collectors.model import Listing
from docs.bench.figures import Figure, seconds
from tests.support.images_view import ImagesInUse
from tests.support.registry_fake import FakeRegistry, fake_registry

_THREADS = 16  # as in schedule.threads
_BOM = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "components": [{"purl": f"pkg:npm/package-{n}@1.{n}.0"} for n in range(100)],
}


def run(size: int) -> list[Figure]:
    """`size`: images, each in a repository of its own, all of the same layers, half of them with a list."""
    with fake_registry(FakeRegistry(referrers={})) as fake:
        names, listed = [], set()
        for number in range(size):
            image = fake.image(f"v{number}", User=str(number))
            names.append(f"{fake.host}/shop/service-{number}:v{number}")
            if number % 2:
                fake.attach(image, {**_BOM, "version": number}, "application/vnd.cyclonedx+json")
                listed.add(image["digest"])
        access = Access(fake.host, plain_http=True, allow_private=True)
        collector = ImagesCollector(lambda: [access])
        first = seconds(lambda: _cycle(collector, names, frozenset(), size))
        asked = len(fake.heard)
        fake.heard.clear()
        floor = seconds(lambda: _bare(fake, asked))
        fake.heard.clear()
        again = seconds(lambda: _cycle(collector, names, frozenset(listed), size))
        asked_again = len(fake.heard)
        fake.heard.clear()
        _cycle(ImagesCollector(lambda: [access]), names, frozenset(listed), size)
        asked_anew = len(fake.heard)
    return [
        Figure(f"requests, {size:,} images never seen", asked / size, "an image",
               note="half of them with an attached list, half looked through for one in vain"),
        Figure("requests, the next cycle", asked_again / size, "an image",
               note="a HEAD, and for half of them another look for a list"),
        Figure("requests, after a restart", asked_anew / size, "an image", note="lists are stored, the rest is not"),
        Figure("the same requests by the bare client, one after another", asked / floor, "requests/s",
               floor="the fake registry itself, in this process"),
        Figure("images never seen", asked / first, "requests/s", (asked / first) / (asked / floor),
               "the bare client", f"{size / first:,.0f} images/s"),
        Figure("images seen before", size / again, "images/s"),
    ]  # fmt: skip


def _cycle(collector: ImagesCollector, names: list[str], stored: frozenset[str], size: int) -> None:
    requests = collector.follow(ImagesInUse(tuple(names), stored))
    with ThreadPoolExecutor(_THREADS) as executor:
        answers = list(executor.map(lambda request: list(collector.answer(request)), requests))
    assert sum(isinstance(answer, Listing) for (answer,) in answers) == size


def _bare(fake: FakeRegistry, count: int) -> None:
    """As many GETs of one manifest, read as JSON, over one connection."""
    with httpcore.ConnectionPool() as pool:
        for _ in range(count):
            orjson.loads(pool.request("GET", f"http://{fake.host}/v2/shop/manifests/v0").content)
