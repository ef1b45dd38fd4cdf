"""How requests are sent: what a file says once for a site, or for one request."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Annotated, Any

from msgspec import field

from smokegate.environment import variables
from smokegate.environment.errors import InvalidValueError
from smokegate.environment.fields import ConnectTo, HostName, Secret, SentHeaders, UserName, reference
from smokegate.environment.notes import After, Before, such_as
from smokegate.environment.reading import unreadable
from smokegate.environment.section import Section


def pem_file(value: object, given: variables.Variables | None) -> str:
    """Read the path of a PEM file, or a variable that holds the path or the PEM text."""
    text = variables.resolve(value, given, "text")
    if "-----BEGIN" in text:
        if given is not None and not isinstance(value, dict):
            raise InvalidValueError(f"a path, or {variables.REFERENCE}: a key is never written down", found="PEM text")
        return text
    file = variables.beside(text, given)
    if why := unreadable(file):
        raise InvalidValueError("a PEM file that can be read", found=f"{file}: {why}")
    return str(file)


PemFile = Annotated[str, Before(pem_file), After(variables.Hidden), reference("path of a PEM file")]


class Basic(Section, frozen=True, kw_only=True):
    """Credentials for HTTP Basic authentication."""

    user: UserName
    """The user, as `{ env = "NAME" }`."""
    password: Secret
    """The password, as `{ env = "NAME" }`."""


class ClientCertificate(Section, frozen=True, kw_only=True):
    """The client certificate for mutual TLS."""

    file: Annotated[PemFile, such_as("client.pem")]
    """The certificate as PEM: a path relative to this file, or `{ env = "NAME" }` with a path or the PEM text."""
    key: Annotated[PemFile | None, such_as("client.key")] = None
    """Its private key, written the same way; by default it is in `file`."""
    password: Secret | None = None
    """The password of the private key, as `{ env = "NAME" }`."""

    def __post_init__(self) -> None:
        """Refuse a key that does not belong to it: OpenSSL cannot use the two."""
        import ssl  # noqa: PLC0415 - start-up time: few files have a client certificate

        try:
            self.load_into(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        except OSError as error:
            why = getattr(error, "reason", None) or str(error)
            raise InvalidValueError("a certificate and the private key that belongs to it", found=str(why)) from None

    def load_into(self, context: Any) -> None:
        """Have an `ssl.SSLContext` present it; `OSError` where the two do not fit, or cannot be read."""
        import tempfile  # noqa: PLC0415 - start-up time

        with tempfile.TemporaryDirectory(prefix="smokegate-") as folder:  # only its owner may enter
            paths = []
            for name in ("file", "key"):
                given = getattr(self, name)
                if given is not None and "-----BEGIN" in given:
                    Path(folder, name).write_text(given, encoding="ascii", errors="replace")
                    given = str(Path(folder, name))
                paths.append(given)
            # An empty password, so that OpenSSL does not wait for one at the terminal.
            context.load_cert_chain(paths[0], paths[1], password=self.password or "")


class RequestOptions(Section, frozen=True, kw_only=True):
    """How requests are sent."""

    send: SentHeaders = field(default_factory=dict)
    """Request headers; credentials as `{ env = "NAME" }`, optionally with `prefix = "Bearer "`."""
    basic: Basic | None = None
    """User and password for HTTP Basic authentication."""
    bearer: Secret | None = None
    """A bearer token."""
    client_certificate: ClientCertificate | None = None
    """The client's own certificate, for mutual TLS."""
    host: Annotated[HostName | None, such_as("shop.example.com")] = None
    """The `Host` header, if it is not the host of the address. Over https, prefer `connect_to`: it also verifies the
    certificate for that name."""
    connect_to: Annotated[ConnectTo | None, such_as("10.0.0.7", "10.0.0.7:8443")] = None
    """Where to connect instead of resolving the host, like curl's `--connect-to`: checks a deployment before DNS points
    to it."""

    @property
    def credentials(self) -> dict[str, str]:
        """The headers that it adds to a request."""
        found = dict(self.send)
        if self.host is not None:
            found["Host"] = self.host
        if self.basic is not None:
            pair = f"{self.basic.user}:{self.basic.password}".encode()
            found["Authorization"] = f"Basic {b64encode(pair).decode()}"
        elif self.bearer is not None:
            found["Authorization"] = f"Bearer {self.bearer}"
        return found
