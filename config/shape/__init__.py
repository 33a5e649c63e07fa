"""The shape of the settings: sections, keys, types, and which values exclude each other.

No default stands here: see defaults.toml.
"""

from __future__ import annotations

from config.shape.clouds import Aws, AwsAccount, Azure, AzureAccount, Gcp, GcpAccount
from config.shape.images import ImageRegistry, Images
from config.shape.judging import Classes, Declaration, Ignore, OwnBorder
from config.shape.keeping import Database, Driftline, Publish, Retention, Schedule
from config.shape.section import Conflict
from config.shape.telling import Logging, Mail, Privacy, Telemetry
from config.shape.traces import Traces, TracesImport, TracesPull, TracesSender
from config.shape.whole import Settings

__all__ = [
    "Aws",
    "AwsAccount",
    "Azure",
    "AzureAccount",
    "Classes",
    "Conflict",
    "Database",
    "Declaration",
    "Driftline",
    "Gcp",
    "GcpAccount",
    "Ignore",
    "ImageRegistry",
    "Images",
    "Logging",
    "Mail",
    "OwnBorder",
    "Privacy",
    "Publish",
    "Retention",
    "Schedule",
    "Settings",
    "Telemetry",
    "Traces",
    "TracesImport",
    "TracesPull",
    "TracesSender",
]
