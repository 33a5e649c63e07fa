"""What is told to whom: mail, logs, telemetry, and how staff are named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from config.shape.section import Conflict, Port, Section
from config.values import HostName, Mailbox, WebUrl


class Privacy(Section):
    staff: Literal["keep", "pseudonymise"]
    staff_key_file: str

    def conflicts(self) -> Iterator[Conflict]:
        if self.staff == "pseudonymise" and not self.staff_key_file:
            yield (
                ("staff_key_file", "staff"),
                'is needed for privacy.staff = "pseudonymise": name a file with a key',
            )


class Mail(Section):
    host: HostName
    port: Port
    security: Literal["starttls", "tls", "none"]
    username: str
    password_file: str
    sender: Mailbox
    recipients: tuple[Mailbox, ...]
    heartbeat: bool

    def conflicts(self) -> Iterator[Conflict]:
        if self.host and not self.sender:
            yield ("sender", "host"), "is needed when mail.host is set: the address that mails come from"
        if self.host and not self.recipients:
            yield ("recipients", "host"), 'is needed when mail.host is set, as ["operations@example.com"]'
        if self.username and self.security == "none":
            yield (
                ("security", "username"),
                'must be "starttls" or "tls" when mail.username is set: "none" would show the password',
            )
        if self.username and not self.password_file:
            yield ("password_file", "username"), "is needed when mail.username is set"
        if self.password_file and not self.username:
            yield ("username", "password_file"), "is needed when mail.password_file is set"


class Logging(Section):
    level: Literal["debug", "info", "warning", "error"]
    format: Literal["json", "console"]


class Telemetry(Section):
    endpoint: WebUrl
