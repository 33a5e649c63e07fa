"""What can go wrong with the snapshot database.

StoreError
├── DatabaseUnusable   cannot be opened, is not ours, is damaged, is read-only, has no room
│   └── ConnectionLost the server went away in the middle; the same work may be tried again
├── SpoolUnusable      a cycle's answers cannot be written down: no room, no rights, a failing disk
├── SchemaTooNew       was written by a newer release
├── AlreadyRunning     another writer holds the lock
└── NotFound           no such snapshot, no such resource
"""

from __future__ import annotations


class StoreError(Exception):
    """Base of all errors of the store; the text is for an operator."""


class DatabaseUnusable(StoreError):
    """The database cannot be opened, read or written."""


class ConnectionLost(DatabaseUnusable):
    """The server does not answer, or went away; whether it kept the last transaction is not known."""


class SpoolUnusable(StoreError):
    """The file of a cycle's answers cannot be written or read; nothing of this cycle is kept."""


class SchemaTooNew(StoreError):
    """The database was written by a newer release."""


class AlreadyRunning(StoreError):
    """Another process is the writer."""


class NotFound(StoreError):
    """What was asked for is not in the database."""
