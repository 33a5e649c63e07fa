"""Sending to a real SMTP server: safe connections, a result for each recipient, errors that say what to do."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from config.shape import Mail
from daemon.notify import smtp
from daemon.notify.mail import test_mail as mail_of_test
from daemon.notify.smtp import MailServerError, Outcome, Result
from tests.support import drifts, mail_server
from tests.support.mail_server import MailServer

ALL = ("a@x.example", "Bea <b@x.example>", "c@x.example")
ADDRESSES = ("a@x.example", "b@x.example", "c@x.example")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server.mail_server(tmp_path) as running:
        yield running


def settings(port: int, security: str = "starttls", host: str = mail_server.HOST, **more: str) -> Mail:
    return Mail.model_validate(
        {
            "host": host,
            "port": port,
            "security": security,
            "username": "",
            "password_file": "",
            "sender": "Driftline <drift@ops.example>",
            "recipients": ALL,
            "heartbeat": False,
        }
        | more
    )


def message(recipients: tuple[str, ...] = ALL) -> EmailMessage:
    return mail_of_test(
        "prod", sender="drift@ops.example", recipients=recipients, created=drifts.AFTER.time, key="k"
    )


def error_of(mail: Mail, server: MailServer | None = None, timeout: float = 10) -> str:
    with pytest.raises(MailServerError) as caught:
        smtp.send(message(), ALL, mail, context=server.context if server else None, timeout=timeout)
    return str(caught.value)


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
def test_a_mail_arrives_whole_for_all(security: str, tmp_path: Path) -> None:
    with mail_server.mail_server(tmp_path, security=security) as server:
        results = smtp.send(message(), ALL, settings(server.port, security), context=server.context)
    assert results == dict.fromkeys(ALL, Result(Outcome.SENT))
    (received,) = server.received
    assert received.encrypted is (security != "none")
    assert received.sender == "drift@ops.example"
    assert received.recipients == ADDRESSES
    read = email.message_from_bytes(received.content, policy=email.policy.default)
    assert read["Subject"] == "driftline prod: test (22 Nov)"
    assert read["Message-ID"] == message()["Message-ID"]


def test_it_logs_in_with_the_secret_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(mail_server.PASSWORD + "\n")
    login = {"username": mail_server.USERNAME, "password_file": str(file)}
    with mail_server.mail_server(tmp_path, login=True) as server:
        smtp.send(message(), ALL, settings(server.port, **login), context=server.context)
        assert [received.login for received in server.received] == [mail_server.USERNAME]
        file.write_text("wrong and secret")
        error = error_of(settings(server.port, **login), server)
    assert f"127.0.0.1:{server.port}: refused the login (535" in error
    assert "mail.password_file" in error
    assert "wrong and secret" not in error


def test_a_login_that_is_not_offered_is_said_to_be_so(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("secret")
    with mail_server.mail_server(tmp_path, security="tls", login=False) as server:
        error = error_of(settings(server.port, "tls", username="u", password_file=str(file)), server)
    assert "offers no login" in error
    assert "mail.username" in error


def test_a_secret_that_is_missing_names_its_setting(tmp_path: Path) -> None:
    error = error_of(settings(25, username="u", password_file=str(tmp_path / "password")))
    assert error.startswith("mail.password_file: ")
    assert "no such file" in error


def test_those_who_are_refused_do_not_hold_up_the_others(server: MailServer) -> None:
    server.refuse = {"b@x.example": "550 no such user\x1b[31m", "c@x.example": "451 greylisted"}
    results = smtp.send(message(), ALL, settings(server.port), context=server.context)
    assert [results[recipient].outcome for recipient in ALL] == [Outcome.SENT, Outcome.REFUSED, Outcome.RETRY]
    assert "550 no such user" in results[ALL[1]].error
    assert "451 greylisted" in results[ALL[2]].error
    assert all(result.error.isprintable() for result in results.values())
    assert [received.recipients for received in server.received] == [("a@x.example",)]


def test_all_refused_is_a_result_for_each(server: MailServer) -> None:
    server.refuse = {
        "a@x.example": "550 no",
        "b@x.example": "450 later",
        "c@x.example": "550 no",
    }
    results = smtp.send(message(), ALL, settings(server.port), context=server.context)
    assert [results[recipient].outcome for recipient in ALL] == [
        Outcome.REFUSED,
        Outcome.RETRY,
        Outcome.REFUSED,
    ]
    assert server.received == []


def test_a_server_that_hangs_up_in_the_middle_leaves_the_rest_for_later(server: MailServer) -> None:
    server.refuse = {"b@x.example": "421 closing"}
    results = smtp.send(message(), ALL, settings(server.port), context=server.context)
    assert {result.outcome for result in results.values()} == {Outcome.RETRY}


@pytest.mark.parametrize(
    ("answer", "outcome"), [("552 too big", Outcome.REFUSED), ("452 full", Outcome.RETRY)]
)
def test_a_refusal_of_the_mail_itself_holds_for_all(
    server: MailServer, answer: str, outcome: Outcome
) -> None:
    server.to_data = answer
    results = smtp.send(message(), ALL, settings(server.port), context=server.context)
    assert {result.outcome for result in results.values()} == {outcome}
    assert answer in results[ALL[0]].error


def test_a_refused_sender_names_its_setting(server: MailServer) -> None:
    server.to_sender = "553 not yours"
    error = error_of(settings(server.port), server)
    assert "refused the sender Driftline <drift@ops.example> (553 not yours)" in error
    assert "mail.sender" in error


def test_a_connection_lost_after_the_mail_is_an_error_so_that_it_is_repeated(server: MailServer) -> None:
    server.hang_up = True
    assert "broke off the connection" in error_of(settings(server.port), server)
    assert len(server.received) == 1


def test_without_starttls_nothing_is_sent(tmp_path: Path) -> None:
    with mail_server.mail_server(tmp_path, security="none") as server:
        error = error_of(settings(server.port), server)
    assert f"127.0.0.1:{server.port}: does not offer STARTTLS" in error
    assert "mail.security" in error
    assert server.received == []


def test_a_certificate_of_an_unknown_authority_is_not_trusted(server: MailServer) -> None:
    error = error_of(settings(server.port))
    assert "certificate is not to be trusted (self-signed certificate)" in error
    assert "mail.host" in error
    assert server.received == []


def test_a_certificate_for_another_name_is_not_trusted(server: MailServer) -> None:
    error = error_of(settings(server.port, host="localhost"), server)
    assert f"mail server localhost:{server.port}: its certificate is not to be trusted" in error
    assert "mail.host" in error


def test_tls_where_none_is_spoken_names_both_settings(server: MailServer) -> None:
    error = error_of(settings(server.port, "tls"), server)
    assert "no TLS understood there" in error
    assert "mail.port" in error
    assert "mail.security" in error


def test_a_server_that_is_down_is_unreachable() -> None:
    port = mail_server.free_port()
    error = error_of(settings(port))
    assert error == (
        f"mail server 127.0.0.1:{port}: unreachable (Connection refused); "
        "check mail.host, mail.port and the firewall between"
    )


def test_a_name_that_does_not_exist_is_unreachable() -> None:
    assert "mail server mail.invalid:25: unreachable (" in error_of(settings(25, host="mail.invalid"))


def test_a_server_that_says_nothing_is_not_waited_for_for_ever() -> None:
    with socket.create_server((mail_server.HOST, 0)) as silent:
        error = error_of(settings(silent.getsockname()[1]), timeout=0.2)
    assert "does not answer" in error
