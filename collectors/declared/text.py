"""Reads a file of JSON or YAML into plain values, and finds the line of a place in it."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

from collectors.declared.declaration import DeclarationError
from collectors.model import Json

MOST = 16 * 1024 * 1024
"""Bytes of a document."""

MOST_MERGED = 10_000
"""Keys that a mapping of YAML may come to by merging others."""

MOST_AT_ONCE = 256
"""Mappings that are merged into one, or keys of the one that is."""


def text_of(file: str) -> str:
    """The file's text. Raises DeclarationError."""
    try:
        size = Path(file).stat().st_size
        if size > MOST:
            raise DeclarationError(file, f"has {size:,} bytes; at most {MOST:,} are read")
        return Path(file).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DeclarationError(
            file, f"cannot be read: {error.strerror}; name a file that this user may read"
        ) from error
    except UnicodeDecodeError as error:
        raise DeclarationError(file, "is not UTF-8") from error


def parse(file: str, text: str) -> Json:
    """The one document of JSON or YAML. Raises DeclarationError."""
    found = parse_all(file, text)
    if len(found) > 1:
        line = line_of(text, "#", 1)
        raise DeclarationError(file, "is not YAML: a single document is expected, and another follows", line)
    return found[0] if found else None


def parse_all(file: str, text: str) -> tuple[Json, ...]:
    """Every document of JSON or YAML. Raises DeclarationError."""
    try:
        return (_json(text),) if text.lstrip()[:1] in ("{", "[") else _yaml(text)
    except json.JSONDecodeError as error:
        raise DeclarationError(file, f"is not JSON: {error.msg}", error.lineno) from error
    except ImportError as error:
        what = "is YAML, which needs a parser: install driftline[traces], or write JSON"
        raise DeclarationError(file, what) from error
    except RecursionError as error:
        raise DeclarationError(file, "is nested too deeply") from error
    except ValueError as error:
        what, _, line = str(error).rpartition(" at line ")
        raise DeclarationError(
            file, f"is not YAML: {what or error}", int(line) if line.isdecimal() else 0
        ) from error


def _json(text: str) -> Json:
    document: Json = json.loads(text)
    return document


def _yaml(text: str) -> tuple[Json, ...]:
    """Raises ValueError, ending in " at line N" where that is known."""
    import yaml  # noqa: PLC0415 - only where there is YAML to read

    class Plain(yaml.SafeLoader):
        """Dates stay the text they are, and merges do not multiply without end."""

        def flatten_mapping(self, node: yaml.MappingNode) -> None:
            merged = [len(value.value) for key, value in node.value if key.tag.endswith(":merge")]
            if max(merged, default=0) <= MOST_AT_ONCE:
                super().flatten_mapping(node)
                if len(node.value) <= MOST_MERGED:
                    return
            raise yaml.constructor.ConstructorError(
                None, None, "more keys are merged into a mapping than any needs", node.start_mark
            )

    Plain.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in known if not tag.endswith((":timestamp", ":value"))]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    try:
        return tuple(yaml.load_all(text, Loader=Plain))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise ValueError(f"{problem} at line {mark.line + 1}" if mark else problem) from error


def line_of(text: str, pointer: str, document: int = 0) -> int:
    """The line, from 1, at which a JSON pointer's place in a document begins; 0 if it is not to be found."""
    try:
        import yaml  # noqa: PLC0415 - only to say where something is wrong
    except ImportError:
        return 0
    try:
        here = next(islice(yaml.compose_all(text, Loader=yaml.SafeLoader), document, None), None)
    except (ValueError, RecursionError, yaml.YAMLError):
        return 0
    for part in pointer.removeprefix("#").split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(here, yaml.SequenceNode) and key.isdecimal():
            here = next(islice(here.value, int(key), None), None)
        elif isinstance(here, yaml.MappingNode):
            here = next((value for name, value in here.value if name.value == key), None)
        else:
            return 0
    return here.start_mark.line + 1 if here is not None else 0
