"""The mail server: how it is reached, and what its refusals mean."""

import smtplib
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Literal, get_args

from rewards.faults import BadValue
from rewards.outside.delivery import hang_up

Tls = Literal["starttls", "tls", "none"]
TLS_MODES: tuple[Tls, ...] = get_args(Tls)
ANSWER_SECONDS = 15.0
"""For each answer of the server."""
SESSION_SECONDS = 90.0
"""For all that is sent over one connection, however slowly the server answers."""
TOO_LARGE = 552
MOST_PORT = 65535
_SHOWN = 160


class ServerTrouble(OSError):  # noqa: N818 - a noun
    """The server cannot be used: unreachable, without the requested TLS, or it refuses the sender.

    `over_a_mail`: the connection broke while a mail was handed in, which may be to blame.
    """

    def __init__(self, why: str, *, over_a_mail: bool = False) -> None:
        super().__init__(why)
        self.over_a_mail = over_a_mail


class MailRefused(Exception):  # noqa: N818 - a noun
    """The server refuses one mail, for now or for good."""

    def __init__(self, answer: str, *, for_good: bool) -> None:
        super().__init__(answer)
        self.for_good = for_good


@dataclass(frozen=True, slots=True)
class MailServer:
    """The mail server to which mail is submitted.

    tls        starttls: the connection begins in the clear and is secured before anything is said; tls: secured from the start
    ca_file    certificates that the server's is checked against, instead of the system's
    sender     the address that mails come from
    """

    host: str
    port: int
    tls: Tls
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""
    seconds: float = ANSWER_SECONDS

    @contextmanager
    def session(self) -> Iterator["Session"]:
        """A connection over which mails can be sent, signed in where there is a user. Raises ServerTrouble."""
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise ServerTrouble(told(error)) from error
        assert server.sock is not None
        deadline = threading.Timer(SESSION_SECONDS, hang_up, (server.sock,))
        deadline.daemon = True
        deadline.start()
        try:
            yield Session(server, self.sender)
        finally:
            deadline.cancel()
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context(cafile=self.ca_file or None)
        name = self.sender.rpartition("@")[2]
        server: smtplib.SMTP
        if self.tls == "tls":
            server = smtplib.SMTP_SSL(self.host, self.port, name, timeout=self.seconds, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, name, timeout=self.seconds)
        try:
            if self.tls == "starttls":
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


class Session:
    """An open connection to the server."""

    def __init__(self, server: smtplib.SMTP, sender: str) -> None:
        self._server = server
        self._sender = sender

    def send(self, message: EmailMessage, address: str) -> None:
        """Hand one mail in; it is the server's then. Raises MailRefused, and ServerTrouble where the connection cannot be used further."""
        try:
            self._server.send_message(message, self._sender, [address])
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise _refused(code, text, address) from error
        except smtplib.SMTPSenderRefused as error:
            if error.smtp_code == TOO_LARGE:
                raise _refused(error.smtp_code, error.smtp_error, address) from error
            raise ServerTrouble(f"the sender is refused ({error.smtp_code})") from error
        except smtplib.SMTPDataError as error:
            raise _refused(error.smtp_code, error.smtp_error, address) from error
        except smtplib.SMTPNotSupportedError as error:
            raise MailRefused("the server takes no such address", for_good=True) from error
        except (OSError, smtplib.SMTPException) as error:
            raise ServerTrouble(told(error), over_a_mail=True) from error


def _refused(code: int, text: bytes | str, address: str) -> MailRefused:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    first = (said.splitlines() or [""])[0].replace(address, "the address")
    return MailRefused(f"{code} {first}"[:_SHOWN], for_good=code >= 500)


def told(error: BaseException) -> str:
    """A description of a connection error, without text from the server or the operator."""
    code = getattr(error, "smtp_code", None)
    name = type(error).__name__
    return f"{name} ({code})" if isinstance(code, int) and code > 0 else name


def server_from(environ: Mapping[str, str], seconds: float = ANSWER_SECONDS) -> MailServer | None:
    """The server that an environment names, as `web.settings` reads it; None where it names none. Raises BadValue, without the value."""

    def given(name: str) -> str:
        return environ.get(f"GROUNDSWELL_{name}", "").strip()

    if not given("SMTP_HOST"):
        return None
    tls, port = given("SMTP_TLS") or "starttls", given("SMTP_PORT")
    mode = next((one for one in TLS_MODES if one == tls), None)
    if mode is None:
        raise BadValue(f"GROUNDSWELL_SMTP_TLS: not one of {', '.join(TLS_MODES)}; choose one")
    if port and not (port.isascii() and port.isdecimal() and 1 <= int(port) <= MOST_PORT):
        raise BadValue(f"GROUNDSWELL_SMTP_PORT: not a number from 1 to {MOST_PORT}; correct it")
    return MailServer(
        given("SMTP_HOST"), int(port or default_port(mode)), mode, given("MAIL_FROM"), given("SMTP_USER"),
        environ.get("GROUNDSWELL_SMTP_PASSWORD", ""), given("SMTP_CA_FILE"), seconds,
    )  # fmt: skip


def default_port(tls: Tls) -> int:
    """The port that mail is handed in at, unless another is named."""
    return 465 if tls == "tls" else 587
