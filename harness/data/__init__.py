"""The files that guests and labs are given, which the installed package carries along."""

from pathlib import Path

from harness.errors import PrerequisiteError

DATA_DIR = Path(__file__).parent


def read(path: Path) -> bytes:
    """Read one of them.

    Raises:
        PrerequisiteError: it is not there.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise PrerequisiteError(f"{path} is missing", cure="install the harness anew") from error
