"""Who may talk to a server on loopback: programmes and pages of this machine, not a stranger's web page."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

from aiohttp import web

_SAFE_METHODS = frozenset({"GET", "HEAD"})


@lru_cache(maxsize=256)
def is_loopback(host: str) -> bool:
    """Whether a `host[:port]` names this machine; a name that only resolves to it does not."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def check(request: web.Request) -> None:
    """Refuse a request under a foreign name, and a change that a foreign page asks for."""
    if not is_loopback(request.headers.get("Host", "")):
        raise web.HTTPForbidden(text="only under a loopback name\n")
    origin = request.headers.get("Origin")
    if request.method not in _SAFE_METHODS and origin is not None and origin != _own_origin(request):
        raise web.HTTPForbidden(text="only from this server's own pages\n")


def _own_origin(request: web.Request) -> str:
    return f"{request.scheme}://{request.headers['Host']}"
