"""Keys for tests, made anew: SSH keys by ssh-keygen, Ed25519 keys in PEM by cryptography."""

import subprocess
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

KINDS = {
    "ed25519": ("-t", "ed25519"),
    "rsa": ("-t", "rsa", "-b", "2048"),
    "ecdsa": ("-t", "ecdsa", "-b", "256"),
    "pem": (),
}


def make(file: Path, kind: str = "ed25519") -> Path:
    """A new private key in `file`."""
    if kind == "pem":
        key = Ed25519PrivateKey.generate()
        data = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(data)
        file.chmod(0o600)
        return file
    argv = ("ssh-keygen", "-q", *KINDS[kind], "-N", "", "-C", "test", "-f", str(file))
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)
    return file
