"""A document of Azure made fit to be kept: ids in one spelling, and nothing volatile or secret in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

Item = dict[str, Any]  # what Azure's JSON says

DEEPEST = 24

VOLATILE = frozenset(
    {
        "createdat",
        "createdby",
        "createdbytype",
        "creationdata",
        "creationdate",
        "creationtime",
        "currentcapacity",
        "etag",
        "instanceview",
        "lastaccesstime",
        "lastmodified",
        "lastmodifiedat",
        "lastmodifiedby",
        "lastmodifiedbytype",
        "lastmodifiedtimeutc",
        "lastupdated",
        "lastupdatedtime",
        "latestreadyrevisionname",
        "modifieddate",
        "operationstatus",
        "provisioningstate",
        "requestid",
        "resourceguid",
        "statuschangetime",
        "statustimestamp",
        "systemdata",
        "timecreated",
        "timemodified",
        "timestamp",
        "updatedat",
        "usagestatus",
        "usedcapacity",
        "usedsize",
    }
)
"""Fields that change by themselves, or say who changed something last."""

FREE_TEXT = frozenset(
    {
        "administratorlogin",
        "adminusername",
        "arguments",
        "body",
        "command",
        "commands",
        "customdata",
        "appsettings",
        "definition",
        "env",
        "environmentvariables",
        "headers",
        "inputs",
        "metadata",
        "outputs",
        "parameters",
        "parametervalues",
        "primaryscriptcontent",
        "protectedsettings",
        "scriptcontent",
        "settings",
        "template",
        "userdata",
    }
)
"""Fields in which operators put whatever they like: scripts, arguments of programs, values of parameters."""

SECRET = re.compile(
    r"passw|secret(?!uri|name|identifier)|(?:access|account|admin|api|auth\w*|encryption|function|instrumentation|master|"
    r"primary|private|secondary|shared\w*|storage|subscription|system)_?key(?:s|value)?$|connectionstring|credential|"
    r"(?:^|access|auth|bearer|refresh|sas|security)token$|sas(?:uri|url)$|certificate(?:data|blob)|sshkeys|publickeys|keydata",
    re.IGNORECASE,
)
CONNECTION_STRING = re.compile(
    r";\s{0,4}[\w ]{0,40}(?:key|password|pwd|secret|signature|token)=", re.IGNORECASE
)
ID = re.compile(r"/(?:subscriptions|providers)/", re.IGNORECASE)


def prepared(document: Mapping[str, Any]) -> Item:
    """The document as rows see it. It need not have `properties`: then these are not known."""
    identity = document.get("identity")
    assigned = identity.get("userAssignedIdentities") if isinstance(identity, Mapping) else None
    item = {
        name: spelled(document[name])
        for name in ("kind", "managedBy", "properties", "sku", "zones", "tenantId", "state")
        if document.get(name) is not None
    }
    return item | {
        "id": urn(document["id"]),
        "name": document.get("name") or document["id"].rpartition("/")[2],
        "type": str(document.get("type", "")).lower(),
        "region": region(document.get("location")),
        "tags": labels(document.get("tags")),
        "identities": sorted(urn(each) for each in assigned) if isinstance(assigned, Mapping) else [],
    }


def urn(id: str) -> str:
    """An id of Azure in the one spelling that is its urn."""
    return id.rstrip("/").lower()


def region(location: object) -> str:
    """`westeurope`, whether Azure writes `westeurope` or `West Europe`; "" for what is in no region."""
    word = str(location or "").replace(" ", "").lower()
    return "" if word == "global" else word


def labels(tags: object) -> dict[str, str]:
    """The operator's tags. Those that begin with `hidden-` are the portal's, and hold connection strings."""
    if not isinstance(tags, Mapping):
        return {}
    return {str(key): str(value) for key, value in tags.items() if not str(key).lower().startswith("hidden-")}


def spelled(value: Any, depth: int = 0) -> Any:  # JSON
    """The value with every id in its one spelling."""
    if isinstance(value, str):
        return urn(value) if value[:1] == "/" and ID.match(value) else value
    if depth > DEEPEST:
        return None
    if isinstance(value, Mapping):
        return {str(key): spelled(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list):
        return [spelled(each, depth + 1) for each in value]
    return value


def pruned(value: Any) -> Any:  # JSON
    """The value without what changes by itself, without secrets, and without what operators write freely."""
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, list):
        return [pruned(each) for each in value]
    if isinstance(value, dict):
        return {
            name: kept
            for name, each in value.items()
            if _stays(name) and (kept := pruned(each)) not in (None, {}, [])
        }
    return value


def _stays(name: str) -> bool:
    folded = name.lower()
    return folded not in VOLATILE and folded not in FREE_TEXT and SECRET.search(folded) is None


def without_secrets(text: str) -> str:
    """A URL without user info, query and fragment; nothing of a connection string; any other text as it is."""
    if CONNECTION_STRING.search(text):
        return ""
    if "://" not in text:
        return text
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
