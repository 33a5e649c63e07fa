"""Reads a file of JSON or YAML into plain values, and finds the line of a place in it."""

from __future__ import annotations

import json
from pathlib import Path

from collectors.declared.declaration import DeclarationError
from collectors.model import Json

MOST = 16 * 1024 * 1024
"""Bytes of a document."""


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
    """The document of JSON or YAML. Raises DeclarationError."""
    try:
        return _json(text) if text.lstrip()[:1] in ("{", "[") else _yaml(text)
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


def _yaml(text: str) -> Json:
    """Raises ValueError, ending in " at line N" where that is known."""
    import yaml  # noqa: PLC0415 - only where there is YAML to read

    class Plain(yaml.SafeLoader):
        """Dates stay the text they are."""

    Plain.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in known if not tag.endswith(":timestamp")]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    try:
        document: Json = yaml.load(text, Loader=Plain)  # noqa: S506 - a safe loader's child
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise ValueError(f"{problem} at line {mark.line + 1}" if mark else problem) from error
    return document


def line_of(text: str, pointer: str) -> int:
    """The line, from 1, at which a JSON pointer's place begins; 0 if it is not to be found."""
    try:
        import yaml  # noqa: PLC0415 - only to say where something is wrong
    except ImportError:
        return 0
    try:
        here = yaml.compose(text, Loader=yaml.SafeLoader)
    except (ValueError, RecursionError, yaml.YAMLError):
        return 0
    for part in pointer.removeprefix("#").split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(here, yaml.MappingNode):
            return 0
        here = next((value for name, value in here.value if name.value == key), None)
    return here.start_mark.line + 1 if here is not None else 0
