"""Why the receiver did not start.

CollectorError
`-- ReceiverError
    |-- AddressTaken          another program listens there, or the address is not of this machine
    |-- CertificateUnusable   a certificate, its key, or the certificates of senders cannot be loaded
    `-- TokenRequired         reachable from other machines without a token or mutual TLS
"""

from __future__ import annotations

from collectors.errors import CollectorError


class ReceiverError(CollectorError):
    """The receiver cannot start. The message names address and setting."""


class AddressTaken(ReceiverError):
    """The address could not be bound."""

    def __init__(self, address: str, setting: str, reason: str) -> None:
        super().__init__(
            f"cannot listen on {address} ({setting}): {reason}; stop what listens there, or set {setting} to "
            'another address, or to "" to turn this protocol off'
        )
        self.address = address
        self.setting = setting


class TokenRequired(ReceiverError):
    """An address that others can reach needs a token or mutual TLS."""

    def __init__(self, address: str, setting: str) -> None:
        super().__init__(
            f"will not listen on {address} ({setting}) without a token or mutual TLS: set traces.token_file or "
            "traces.client_ca_file, or listen on 127.0.0.1"
        )
        self.address = address
        self.setting = setting


class CertificateUnusable(ReceiverError):
    """What TLS needs cannot be loaded."""

    def __init__(self, setting: str, files: str, error: Exception) -> None:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
        super().__init__(
            f"cannot use traces.{setting} ({files}): {str(reason).replace('_', ' ').lower()}; let the service's user "
            "read PEM files there, a key without a passphrase that belongs to the certificate"
        )
