"""A directory server of our own: OpenLDAP's slapd, with TLS and two people."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.peers.certificates import write_certificate
from tests.peers.process import (
    LOOPBACK,
    Process,
    find_program,
    free_port,
    is_listening,
    running,
    scratch_folder,
    unprivileged,
)

BASE = "dc=example,dc=net"
PASSWORD = "directory Pass 1, not a secret"
CONFIG = """include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
TLSCACertificateFile {folder}/ca.pem
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
database mdb
suffix "{base}"
rootdn "cn=root,{base}"
directory {folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by users read by * none
"""
PEOPLE = """dn: {base}
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: uid=ada,{base}
objectClass: inetOrgPerson
uid: ada
cn: Ada Lovelace
displayName: Ada L.
givenName: Ada
sn: Lovelace
mail: Ada@Example.net
userPassword: {password}

dn: uid=bo,{base}
objectClass: inetOrgPerson
uid: bo
cn: Bo
sn: Bo
userPassword: {password}
"""


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the server answers; `ca_file` is the authority of its certificate."""

    port: int
    tls_port: int
    ca_file: str
    process: Process


@contextlib.contextmanager
def running_slapd() -> Iterator[Directory]:
    """Run a directory with the people `ada` and `bo`, both with `PASSWORD`."""
    program = find_program("slapd", "slapd", "/usr/sbin/slapd")
    account = unprivileged("openldap")
    with scratch_folder("slapd") as folder:
        config, log = _write(folder, program), Path(f"{folder}.log")
        if account is not None:
            for path in (folder, *folder.rglob("*")):
                shutil.chown(path, account)
        port, tls_port = free_port(), free_port()
        listens = f"ldap://{LOOPBACK}:{port}/ ldaps://{LOOPBACK}:{tls_port}/"
        command = [program, "-d", "0", "-f", str(config), "-h", listens]
        server = Process(command, log, account, cwd=folder)
        try:
            with running(server, lambda: is_listening(port) and is_listening(tls_port)):
                yield Directory(port, tls_port, str(folder / "ca.pem"), server)
        finally:
            log.unlink(missing_ok=True)


def _write(folder: Path, program: str) -> Path:
    """Write configuration, certificate and people; return the configuration's path."""
    folder.chmod(0o755)
    (folder / "data").mkdir()
    write_certificate(folder, LOOPBACK)
    config, people = folder / "slapd.conf", folder / "people.ldif"
    config.write_text(CONFIG.format(folder=folder, base=BASE))
    people.write_text(PEOPLE.format(base=BASE, password=PASSWORD))
    subprocess.run(
        [program, "-T", "add", "-f", str(config), "-l", str(people)],
        check=True,
        capture_output=True,
    )
    return config
