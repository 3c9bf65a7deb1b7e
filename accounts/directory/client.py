"""Checking a name and a password against a directory, and reading who it is.

The library is optional (`requirements/ldap.txt`); it is imported when somebody signs in that way.
Names are escaped as RFC 4514 (in names of entries) and RFC 4515 (in filters) ask for; TLS
certificates are checked unless the configuration says otherwise.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import Any

CONNECT_S, ANSWER_S = 4, 2  # connect, bind and search stay below 10 s together
WANTED = ("cn", "mail", "displayName", "givenName", "sn", "memberOf")
NOT_INSTALLED = "Sign-in with a directory needs the optional packages of requirements/ldap.txt."


class Refused(Exception):
    """The directory does not let this name in with this password."""


class Unavailable(Exception):
    """The directory cannot be asked; the text is for people and holds no secret."""


@dataclass(frozen=True, slots=True)
class Server:
    """How to reach a directory; `port` None is 636 with `use_ssl` and 389 without.

    `bind_dn_template` holds `{username}`, or is an attribute name that is put before the base.
    `ca_file` is a PEM file of the authority, blank for those of the system.
    """

    host: str
    base_dn: str
    port: int | None = None
    use_ssl: bool = False
    start_tls: bool = False
    verify: bool = True
    ca_file: str = ""
    is_active_directory: bool = False
    domain: str = ""
    bind_dn_template: str = "uid"
    user_search_filter: str = "(uid={username})"


@dataclass(frozen=True, slots=True)
class Person:
    """What a directory says of somebody."""

    username: str
    display_name: str = ""
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    groups: tuple[str, ...] = field(default=())


def check(server: Server, username: str, password: str) -> Person:
    """Bind as the person and read their entry; raise `Refused` or `Unavailable`.

    An empty password is refused before anything is sent: a directory takes such a bind for an
    anonymous one and says yes.
    """
    if not password or not username.strip():
        raise Refused("empty name or password")
    ldap3 = _library()
    failed = ldap3.core.exceptions
    try:
        with _connection(ldap3, server, username, password) as connection:
            return _read(ldap3, connection, server, username)
    except failed.LDAPInvalidCredentialsResult as err:
        raise Refused("the directory refused the password") from err
    except (failed.LDAPInvalidDnError, failed.LDAPInvalidDNSyntaxResult) as err:
        raise Refused("the directory knows no such name") from err
    except (Refused, Unavailable):
        raise
    except Exception as err:  # of junk, the library raises whatever it stumbles over
        raise Unavailable(_why(server, err)) from err


def bind_name(server: Server, username: str) -> str:
    """Return the name to bind as, with the person's part escaped."""
    name = username.strip()
    if server.is_active_directory:
        return name if "@" in name or not server.domain else f"{name}@{server.domain}"
    escaped = _library().utils.dn.escape_rdn(name)
    if "{username}" in server.bind_dn_template:
        return server.bind_dn_template.replace("{username}", escaped)
    return f"{server.bind_dn_template}={escaped},{server.base_dn}"


def search_filter(server: Server, username: str) -> str:
    """Return the filter that finds the person, with their name escaped."""
    escaped = _library().utils.conv.escape_filter_chars(username.strip())
    return server.user_search_filter.replace("{username}", escaped)


def _library() -> Any:
    try:
        import ldap3
        import ldap3.core.exceptions
        import ldap3.utils.conv
        import ldap3.utils.dn
    except ImportError as err:
        raise Unavailable(NOT_INSTALLED) from err
    return ldap3


def _connection(ldap3: Any, server: Server, username: str, password: str) -> Any:
    """Return a bound connection that raises on every refusal."""
    port = server.port or (636 if server.use_ssl else 389)
    target = ldap3.Server(
        server.host,
        port=port,
        use_ssl=server.use_ssl,
        tls=_tls(ldap3, server),
        get_info=ldap3.NONE,
        connect_timeout=CONNECT_S,
    )
    connection = ldap3.Connection(
        target,
        user=bind_name(server, username),
        password=password,
        receive_timeout=ANSWER_S,
        raise_exceptions=True,
        auto_referrals=False,
        read_only=True,
    )
    connection.open()
    if server.start_tls and not server.use_ssl:
        connection.start_tls()
    connection.bind()
    return connection


def _tls(ldap3: Any, server: Server) -> Any:
    needed = ssl.CERT_REQUIRED if server.verify else ssl.CERT_NONE
    return ldap3.Tls(
        validate=needed,
        ca_certs_file=server.ca_file or None,
        valid_names=[server.host] if server.verify else None,
    )


def _read(ldap3: Any, connection: Any, server: Server, username: str) -> Person:
    connection.search(
        server.base_dn,
        search_filter(server, username),
        search_scope=ldap3.SUBTREE,
        attributes=list(WANTED),
        size_limit=2,
    )
    found = [row for row in connection.response if row.get("type") == "searchResEntry"]
    if len(found) != 1:
        raise Refused("the directory knows no such name, or more than one")
    values = {key.lower(): value for key, value in found[0]["attributes"].items()}
    return Person(
        username=username.strip(),
        display_name=_one(values, "displayname") or _one(values, "cn"),
        email=_one(values, "mail").lower(),
        first_name=_one(values, "givenname"),
        last_name=_one(values, "sn"),
        groups=tuple(str(group) for group in _many(values, "memberof")),
    )


def _many(values: dict[str, Any], name: str) -> list[Any]:
    found = values.get(name) or []
    return list(found) if isinstance(found, (list, tuple)) else [found]


def _one(values: dict[str, Any], name: str) -> str:
    return str(next(iter(_many(values, name)), ""))


def _why(server: Server, error: BaseException) -> str:
    """Say what is wrong without what the library quotes of the conversation."""
    text = str(error).lower()
    if "certificate" in text or "hostname" in text:
        return f"The certificate of the directory {server.host} was not accepted."
    return f"The directory {server.host} does not answer. Try again later."
