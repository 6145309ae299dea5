"""Programs for UEFI with a signature that Secure Boot asks for: sbsign of Debian's sbsigntool.

The owner of that tool. It takes files alone, so what is signed lies in a private directory
meanwhile, and the key with it.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from harness.certificate import Certified
from harness.errors import CommandError, UsageError
from harness.host import tools
from harness.process import run


def signed(program: bytes, by: Certified) -> bytes:
    """Give a program with a signature (Microsoft's Authenticode) behind those that it has.

    Raises:
        PrerequisiteError: sbsign is not installed.
        UsageError: this is not a program for UEFI.
    """
    tool = str(tools.path_of("sbsign"))
    with TemporaryDirectory(prefix="sign-") as directory:
        given, made, key, certificate = (
            Path(directory, name) for name in ("given", "made", "key", "certificate")
        )
        given.write_bytes(program)
        key.write_bytes(by.key)
        certificate.write_bytes(by.certificate)
        argv = [tool, "--key", str(key), "--cert", str(certificate), "--output", str(made)]
        try:
            run([*argv, str(given)])
        except CommandError as error:
            said = "; ".join(error.last_lines)
            raise UsageError(f"this cannot be signed as a program for UEFI: {said}") from error
        return made.read_bytes()
