"""What protects a server: a token, TLS with client certificates, or the loopback
address alone.
"""

import re
from pathlib import Path
from typing import NamedTuple

from frazo.cluster.address import Address, is_loopback
from frazo.program.errors import JobError
from frazo.proto import cluster_pb2

AUTHORIZATION = "authorization"
_SCHEME = "Bearer "
# What a header may carry.
_TOKEN = re.compile(r"[!-~]{8,4096}")


class Certificates(NamedTuple):
    """The contents and the paths of the three PEM files."""

    ca: bytes
    certificate: bytes
    key: bytes
    ca_file: str
    certificate_file: str
    key_file: str


class Security(NamedTuple):
    """The secrets of this process.

    authorization: the value of the header; None: there is no token. certificates: None: plain text.
    """

    authorization: str | None
    certificates: Certificates | None

    def __repr__(self) -> str:
        # No log gets a secret.
        return f"Security(token: {bool(self.authorization)}, TLS: {bool(self.certificates)})"


NO_SECURITY = Security(None, None)


def read_security(security: cluster_pb2.ClusterSecurity) -> Security:
    """Reads the files that a cluster's security names.

    Raises:
      JobError: One is missing, cannot be read or is not what it should be.
    """
    authorization = None
    if security.token_file:
        token = _read(security.token_file, "token_file").decode("latin-1").strip()
        if not _TOKEN.fullmatch(token):
            raise JobError(
                f"{security.token_file}: security.token_file has no token; expected 8 to 4096 "
                "printable characters without spaces, as openssl rand -hex 32 makes them"
            )
        authorization = _SCHEME + token
    files = {
        "ca_file": security.ca_file,
        "certificate_file": security.certificate_file,
        "key_file": security.key_file,
    }
    if not any(files.values()):
        return Security(authorization, None)
    missing = [name for name, path in files.items() if not path]
    if missing:
        raise JobError(
            f"security: {', '.join(missing)} is not set; TLS needs ca_file, certificate_file and "
            "key_file"
        )
    contents = {name: _read(path, name) for name, path in files.items()}
    for name, path in files.items():
        if b"-----BEGIN " not in contents[name]:
            raise JobError(f"{path}: security.{name} is not a PEM file")
    certificates = Certificates(
        ca=contents["ca_file"],
        certificate=contents["certificate_file"],
        key=contents["key_file"],
        **files,
    )
    return Security(authorization, certificates)


class Wording(NamedTuple):
    """What messages about protection say.

    Attributes:
      certificates: How certificates are given: "Set ca_file, ...".
      plain_text: What permits plain text.
      harm: What whoever reaches the server can do.
    """

    certificates: str
    plain_text: str
    harm: str


_CLUSTER = Wording(
    certificates="Set ca_file, certificate_file and key_file in the cluster's security",
    plain_text="insecure: true",
    harm="stop the run",
)


def require_protection(
    address: Address,
    what: str,
    security: Security,
    insecure: bool,
    wording: Wording = _CLUSTER,
) -> list[str]:
    """Checks that a server may listen on an address.

    Args:
      address: Where.
      what: What listens, for the messages.
      security: What protects it.
      insecure: Whether plain text is permitted.
      wording: What the messages say.

    Returns:
      Warnings.

    Raises:
      JobError: Others could reach the server and read its traffic.
    """
    if security.certificates is not None or is_loopback(address.host):
        return []
    if not insecure:
        raise JobError(
            f"{what} would listen on {address} in plain text, where other machines can reach it. "
            f"{wording.certificates}, or give an address of the loopback interface such as "
            f"127.0.0.1; {wording.plain_text} permits plain text in a trusted network"
        )
    warning = f"{what} listens on {address} in plain text: whoever sees the network reads it"
    if security.authorization is None:
        return [f"{warning}, and whoever reaches it can {wording.harm}; it asks for no token"]
    return [f"{warning}, and the token"]


def _read(path: str, name: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise JobError(
            f"{path}: security.{name} cannot be read: {error.strerror}; correct the path, or give "
            "this user the permission to read it"
        ) from None
