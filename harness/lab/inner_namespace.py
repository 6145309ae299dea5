"""A network namespace inside a lab's: another host, with the lab's files and processes."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from harness.errors import CommandError, NetworkError
from harness.lab.namespace import Namespace
from harness.process import Completed, Process


class InnerNamespace:
    """Where daemons of another host run: the lab, but for its network."""

    def __init__(self, namespace: Namespace, name: str) -> None:
        """Keep the lab's namespaces, and how `ip netns` calls this one."""
        self._lab = namespace
        self._place = f"/run/netns/{name}"
        self._enter = ("nsenter", f"--net={self._place}")

    def make(self, commands: Iterable[str], what: str) -> None:
        """Make it, and run these commands of a shell in the lab, which connect it.

        Raises:
            NetworkError: Linux refuses; `what` is to be connected.
        """
        own = (
            f"mkdir -p {Path(self._place).parent} && touch {self._place}",
            f"unshare --net={self._place} ip link set lo up",
        )
        try:
            self._lab.run(["sh", "-c", "\n".join(("set -eu", *own, *commands))])
        except CommandError as error:
            raise NetworkError(
                f"{what} could not be connected", last_lines=error.last_lines
            ) from error

    @property
    def pid(self) -> int:
        """Pid 1 inside, as the host numbers it."""
        return self._lab.pid

    def run(self, argv: Sequence[str], *, timeout_s: float = 30.0, check: bool = True) -> Completed:
        """Run a command inside, to its end."""
        return self._lab.run([*self._enter, *argv], timeout_s=timeout_s, check=check)

    def start(
        self, argv: Sequence[str], *, log_path: Path, env: Mapping[str, str] | None = None
    ) -> Process:
        """Start a command inside."""
        return self._lab.start(argv, log_path=log_path, env=env, within=self._enter)

    def signal(self, started: Process, number: int) -> None:
        """Send a signal to a command that was started inside."""
        self._lab.signal(started, number)

    def path(self, inside: str | Path) -> Path:
        """Give the host's path of a path inside."""
        return self._lab.path(inside)
