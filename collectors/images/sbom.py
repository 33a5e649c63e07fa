"""Components: read from CycloneDX and SPDX documents in JSON, and written as CycloneDX 1.6.

Only components with a package URL are kept, since nothing else can be matched with certainty. Of a package
URL only the qualifiers that say which package it is are kept: the others are free text and may hold anything.
Sources: CycloneDX 1.2 to 1.6, SPDX 2.2 and 2.3, the package URL specification.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from packageurl import PackageURL

from collectors.images.documents import Malformed
from collectors.model import Json
from collectors.redaction import scrub

MAX_COMPONENTS = 100_000
_NESTED = 64
_QUALIFIERS = ("arch", "classifier", "distro", "epoch", "os", "type", "upstream")
_NAMESPACE = uuid.UUID("7a1d1f2e-4f0c-5f63-9a35-5a5d1b6c0a11")  # of the serial numbers of our documents


@dataclass(frozen=True, slots=True, order=True)
class Component:
    """A package in an image. `origin`: where it is known from, as `attached cyclonedx`."""

    purl: str
    name: str
    version: str
    origin: str = ""

    def document(self) -> Json:
        """As it is stored."""
        return {"purl": self.purl, "name": self.name, "version": self.version, "origin": self.origin}


def components(document: Mapping[str, object]) -> tuple[Component, ...]:
    """The components of a CycloneDX or SPDX document, sorted, each once. Raises Malformed."""
    if document.get("bomFormat") == "CycloneDX":
        listed, origin = _cyclonedx(document.get("components"), 0), "attached cyclonedx"
    elif isinstance(document.get("spdxVersion"), str):
        listed, origin = _spdx(document.get("packages")), "attached spdx"
    else:
        raise Malformed("is neither CycloneDX nor SPDX 2 in JSON")
    found: dict[str, Component] = {}
    for text in listed:
        component = _component(text, origin)
        if component:
            found[component.purl] = component
            if len(found) > MAX_COMPONENTS:
                raise Malformed(f"lists more than {MAX_COMPONENTS} components")
    return tuple(found[purl] for purl in sorted(found))


def is_bom(document: Mapping[str, object]) -> bool:
    """Whether a document is one that `components` reads."""
    return document.get("bomFormat") == "CycloneDX" or isinstance(document.get("spdxVersion"), str)


def cyclonedx(subject: str, name: str, listed: Iterable[Mapping[str, str]], at: datetime) -> str:
    """A CycloneDX 1.6 document in JSON about an image: the same arguments give the same bytes.

    `subject`: the image's digest. `name`: what it is called. `listed`: each with purl, name and version;
    those that are no package URL become components without one. `at`: when they were known.
    """
    from cyclonedx.model.bom import Bom  # noqa: PLC0415 - loads slowly, and only this function needs it
    from cyclonedx.model.component import Component as Library  # noqa: PLC0415
    from cyclonedx.model.component import ComponentType  # noqa: PLC0415
    from cyclonedx.output import make_outputter  # noqa: PLC0415
    from cyclonedx.schema import OutputFormat, SchemaVersion  # noqa: PLC0415

    bom = Bom(serial_number=uuid.uuid5(_NAMESPACE, subject))
    bom.metadata.timestamp = at
    about = Library(type=ComponentType.CONTAINER, name=name, version=subject, bom_ref=subject)
    bom.metadata.component = about
    libraries = []
    for each in sorted(listed, key=lambda each: (each["purl"], each["name"], each["version"])):
        purl = _purl(each["purl"])
        reference = each["purl"] or f"{each['name']}@{each['version']}"
        libraries.append(
            Library(
                type=ComponentType.LIBRARY,
                name=purl.name if purl else each["name"],
                group=purl.namespace if purl else None,
                version=each["version"],
                purl=purl,
                bom_ref=reference,
            )
        )
    bom.components.update(libraries)
    bom.register_dependency(about, libraries)
    written = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6)
    return written.output_as_string(indent=2)


def _cyclonedx(listed: object, depth: int) -> Iterator[str]:
    if depth > _NESTED:
        raise Malformed(f"nests components deeper than {_NESTED}")
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict):
            if isinstance(each.get("purl"), str):
                yield each["purl"]
            yield from _cyclonedx(each.get("components"), depth + 1)


def _spdx(listed: object) -> Iterator[str]:
    for each in listed if isinstance(listed, list) else ():
        references = each.get("externalRefs") if isinstance(each, dict) else None
        for one in references if isinstance(references, list) else ():
            if isinstance(one, dict) and one.get("referenceType") == "purl":
                locator = one.get("referenceLocator")
                if isinstance(locator, str):
                    yield locator


def _component(text: str, origin: str) -> Component | None:
    purl = _purl(text)
    if purl is None or not purl.version or _suspicious(text):
        return None
    qualifiers = {
        name: value
        for name, value in (purl.qualifiers if isinstance(purl.qualifiers, dict) else {}).items()
        if name in _QUALIFIERS and scrub(value) == value
    }
    kept = PackageURL(purl.type, purl.namespace, purl.name, purl.version, qualifiers or None)
    name = f"{purl.namespace}/{purl.name}" if purl.namespace else purl.name
    return Component(kept.to_string(), name, purl.version, origin)


def _suspicious(text: str) -> bool:
    """Whether a package is called by a secret or a mail address. Looks at the text as it came: types have
    rules that change the case of a name."""
    head = text.partition("?")[0].partition("#")[0]
    parts = [part for segment in unquote(head).split("/") for part in segment.rsplit("@", 1)]
    return any(scrub(part) != part for part in (head, *parts))


def _purl(text: str) -> PackageURL | None:
    if len(text) > 1024 or not text.isprintable():
        return None
    try:
        return PackageURL.from_string(text)
    except ValueError:
        return None
