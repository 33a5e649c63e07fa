"""Rows follow."""

from __future__ import annotations

from collectors.aws.row import AwsResourceType

ROWS: tuple[AwsResourceType, ...] = ()
