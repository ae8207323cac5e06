"""How an address is written for a person or a browser, and under which name this machine reaches itself."""

from __future__ import annotations

from typing import Final

_EVERYWHERE: Final = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - compared, not bound
"""What is listened to for all addresses, and is none itself."""


def at(host: str, port: int) -> str:
    """Write host and port as one; an IPv6 host stands in brackets, or its colons would run into the port's."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def web_address(host: str, port: int) -> str:
    """Give the address of a page server as a browser on this machine takes it."""
    return f"http://{at('localhost' if host in _EVERYWHERE else host, port)}"
