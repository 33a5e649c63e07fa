"""Sends a mail over SMTP and says for each recipient what became of it.

Errors:
    MailServerError   nothing could be handed over to anyone; worth another try
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from enum import StrEnum

from config import secrets
from config.errors import ConfigError
from config.shape import Mail
from daemon.notify import mailbox
from daemon.report import wording
from daemon.report.safe_text import safe_text

TIMEOUT = 30.0


class MailServerError(Exception):
    """The server could not be used. The message names the server, the setting and what to do."""


class Outcome(StrEnum):
    """What became of one recipient's mail."""

    SENT = "sent"
    REFUSED = "refused"  # for good (5xx)
    RETRY = "retry"  # for now (4xx)


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome for one recipient. `error`: one sentence, empty if sent."""

    outcome: Outcome
    error: str = ""


def send(
    message: EmailMessage,
    recipients: tuple[str, ...],
    settings: Mail,
    *,
    context: ssl.SSLContext | None = None,
    timeout: float = TIMEOUT,
) -> Mapping[str, Result]:
    """Hand `message` over for all recipients in one transaction; a refusal of some does not hold up others.

    `context`: None for the system's certificate authorities. `timeout`: seconds of silence of the server.
    Raises MailServerError.
    """
    try:
        password = secrets.read(settings.password_file) if settings.username else ""
    except ConfigError as error:
        raise MailServerError(f"mail.password_file: {error}") from error
    client = _connect(settings, context or ssl.create_default_context(), timeout)
    try:
        _log_in(client, settings, password)
        return _transfer(client, message, recipients, settings)
    finally:
        # The mail is accepted or refused by now: a server that is rude at the end changes neither.
        with suppress(smtplib.SMTPException, OSError):
            client.quit()
        client.close()


def _connect(settings: Mail, context: ssl.SSLContext, timeout: float) -> smtplib.SMTP:
    """A connection that is as safe as `mail.security` says, or none."""
    try:
        if settings.security == "tls":
            return smtplib.SMTP_SSL(settings.host, settings.port, timeout=timeout, context=context)
        client = smtplib.SMTP(settings.host, settings.port, timeout=timeout)
    except OSError as error:  # smtplib's own errors among them
        raise MailServerError(_failure(settings, error)) from error
    if settings.security == "starttls":
        try:
            client.starttls(context=context)
        except OSError as error:
            client.close()
            raise MailServerError(_failure(settings, error)) from error
    return client


def _log_in(client: smtplib.SMTP, settings: Mail, password: str) -> None:
    if not settings.username:
        return
    try:
        client.login(settings.username, password)
    except smtplib.SMTPAuthenticationError as error:
        raise MailServerError(
            f"{_where(settings)}: refused the login ({_reply(error.smtp_code, error.smtp_error)}); "
            "check mail.username and the secret that mail.password_file names"
        ) from error
    except OSError as error:
        if type(error) in {smtplib.SMTPException, smtplib.SMTPNotSupportedError}:
            raise MailServerError(
                f"{_where(settings)}: offers no login that works here ({safe_text(str(error))}); "
                "check mail.port, or clear mail.username"
            ) from error
        raise MailServerError(_failure(settings, error)) from error


def _transfer(
    client: smtplib.SMTP, message: EmailMessage, recipients: tuple[str, ...], settings: Mail
) -> Mapping[str, Result]:
    addresses = [mailbox.parse(recipient).addr_spec for recipient in recipients]
    others = Result(Outcome.SENT)
    try:
        refused = client.send_message(message, mailbox.parse(settings.sender).addr_spec, addresses)
    except smtplib.SMTPRecipientsRefused as error:
        # Where the server hangs up in the middle, later recipients have no reply of their own.
        refused = error.recipients
        others = Result(Outcome.RETRY, f"{_where(settings)}: broke off before this recipient's turn")
    except smtplib.SMTPDataError as error:
        refused = {}
        others = _result(settings, error.smtp_code, error.smtp_error)
    except smtplib.SMTPSenderRefused as error:
        raise MailServerError(
            f"{_where(settings)}: refused the sender {safe_text(settings.sender)} "
            f"({_reply(error.smtp_code, error.smtp_error)}); check mail.sender"
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailServerError(
            f"{_where(settings)}: cannot take addresses beyond ASCII; change mail.sender or mail.recipients"
        ) from error
    except OSError as error:
        raise MailServerError(_failure(settings, error)) from error
    return {
        recipient: _result(settings, *refused[address]) if address in refused else others
        for recipient, address in zip(recipients, addresses, strict=True)
    }


def _result(settings: Mail, code: int, reply: bytes | str) -> Result:
    if 500 <= code <= 599:
        return Result(
            Outcome.REFUSED, f"{_where(settings)}: refused ({_reply(code, reply)}); check mail.recipients"
        )
    return Result(Outcome.RETRY, f"{_where(settings)}: not now ({_reply(code, reply)})")


def _failure(settings: Mail, error: OSError) -> str:
    """What went wrong with the connection, and what to do about it."""
    where = _where(settings)
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return f"{where}: does not answer; check mail.host, mail.port and the firewall between"
    match error:
        case ssl.SSLCertVerificationError():
            return (
                f"{where}: its certificate is not to be trusted ({safe_text(error.verify_message)}); "
                "mail.host must be the name in the certificate, and its authority known to this machine"
            )
        case ssl.SSLError():
            return (
                f"{where}: no TLS understood there ({safe_text(error.reason or str(error))}); "
                'check mail.port and mail.security ("tls" often has port 465, "starttls" 587)'
            )
        case smtplib.SMTPNotSupportedError():
            return (
                f"{where}: does not offer STARTTLS; check mail.port, or set mail.security to "
                '"tls" if the port speaks TLS at once, to "none" only if anyone may read the mail'
            )
        case smtplib.SMTPServerDisconnected():
            return f"{where}: broke off the connection ({safe_text(str(error))}); check mail.port and mail.security"
        case smtplib.SMTPResponseException():
            return (
                f"{where}: answers {_reply(error.smtp_code, error.smtp_error)}; check mail.host and mail.port"
            )
    reason = safe_text(error.strerror or str(error))
    return f"{where}: unreachable ({reason}); check mail.host, mail.port and the firewall between"


def _where(settings: Mail) -> str:
    return f"mail server {settings.host}:{settings.port}"


def _reply(code: int, reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return f"{code} {wording.clipped(safe_text(' '.join(text.split())), 300)}"
