"""Reads mailboxes as settings and the outbox write them: `a@example.com` or `Operations <a@example.com>`."""

from __future__ import annotations

import re
from email.errors import MessageError
from email.headerregistry import Address

from daemon.report.safe_text import safe_text

_ADDRESS = r"[^@<>\s]+@[^@<>\s]+"
_MAILBOX = re.compile(rf"(?:(?P<name>[^@<>]*)<(?P<named>{_ADDRESS})>|(?P<bare>{_ADDRESS}))")


def parse(text: str, name: str = "") -> Address:
    """The mailbox; `name` if it has none of its own. Raises ValueError if it is not exactly one."""
    found = _MAILBOX.fullmatch(text)
    if found is None or not text.isprintable():
        raise ValueError(f"{safe_text(text)!r} is not a mail address")
    written = (found["name"] or "").strip().strip('"')
    try:
        return Address(header_text(written) or name, addr_spec=found["named"] or found["bare"])
    except (IndexError, MessageError) as error:
        raise ValueError(f"{text!r} is not a mail address") from error


def header_text(text: str) -> str:
    """Text for a header: on one line, and never read as an encoded word, which could hide line breaks."""
    return safe_text(text).replace("=?", "= ?")
