"""TLS with client certificates: a device proves who it is by a certificate that the site's own authority signed.

Identity is then (listener, certificate name, declared id): an address can be borrowed and an id be overheard, a key
cannot.
"""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

NAMES_MAX: Final = 16
"""Most names of one certificate that are looked at."""

DAY_S: Final = 86_400


class TlsTrouble(Exception):
    """The certificate, its key or the authority cannot be used; the message names the file."""


class Tls(Struct, frozen=True, kw_only=True):
    """The files of a listener: its own certificate with key, and the authority that signs those of devices (PEM)."""

    certificate: Path
    key: Path
    clients_ca: Path

    def context(self) -> ssl.SSLContext:
        """Make what handshakes go by: TLS 1.2 or newer, and never without a certificate. Raises TlsTrouble."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_mode = ssl.CERT_REQUIRED
        context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
        try:
            context.load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as wrong:
            raise TlsTrouble(f"{self.certificate} with {self.key}: {reason(wrong)}") from wrong
        try:
            context.load_verify_locations(self.clients_ca)
        except (OSError, ssl.SSLError) as wrong:
            raise TlsTrouble(f"{self.clients_ca}: {reason(wrong)}") from wrong
        return context


def days_left(certificate: Path, now: datetime) -> int:
    """Say how many days a certificate is still valid, below zero when it is over. Raises TlsTrouble."""
    try:
        # The library has a reader of certificates and shows it only for those of a peer.
        said = ssl._ssl._test_decode_cert(str(certificate))  # type: ignore[attr-defined]  # noqa: SLF001
        ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(said["notAfter"]), UTC)
    except (OSError, ssl.SSLError, KeyError, ValueError) as wrong:
        raise TlsTrouble(f"{certificate}: {reason(wrong)}") from wrong
    return int((ends - now).total_seconds() // DAY_S)


def names_in(transport: asyncio.BaseTransport) -> frozenset[str]:
    """The names in the certificate of whoever is connected: its common name and its DNS names; none without one."""
    link = transport.get_extra_info("ssl_object")
    certificate: dict[str, Any] = (link.getpeercert() if link is not None else None) or {}
    common = [value for row in certificate.get("subject", ()) for key, value in row if key == "commonName"]
    others = [value for key, value in certificate.get("subjectAltName", ()) if key == "DNS"]
    return frozenset(name.lower() for name in (*common, *others)[:NAMES_MAX])


def reason(wrong: Exception) -> str:
    """Say in few words why a handshake or a file failed, as OpenSSL names it."""
    if isinstance(wrong, ssl.SSLCertVerificationError):
        return f"its certificate is refused: {wrong.verify_message}"
    named = getattr(wrong, "reason", None) if isinstance(wrong, ssl.SSLError) else None
    if named:
        return str(named).replace("_", " ").lower()
    if isinstance(wrong, OSError) and wrong.strerror:
        return wrong.strerror
    return str(wrong) or type(wrong).__name__
