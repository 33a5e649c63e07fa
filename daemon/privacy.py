"""Staff identifiers in names: kept, since operators need them, or told apart only by a keyed hash."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable

from config import secrets
from config.settings import Privacy

_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
"""A mail address as it stands in urns, user names and authors; every repetition is bounded."""


def renaming(settings: Privacy) -> Callable[[str], str]:
    """What is done to every urn, name and alias before it is stored. Raises SecretError for a missing key.

    With `privacy.staff = "pseudonymise"` a mail address becomes `staff-` and twelve hex digits: the same address
    the same digits, so that changes can still be followed, and no way back without the key.
    """
    if settings.staff == "keep":
        return str
    key = secrets.read(settings.staff_key_file).encode()

    def pseudonym(found: re.Match[str]) -> str:
        return f"staff-{hmac.digest(key, found[0].lower().encode(), 'sha256').hex()[:12]}"

    return lambda text: _ADDRESS.sub(pseudonym, text) if "@" in text else text
