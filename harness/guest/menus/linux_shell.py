"""Root's shell on a booted system's serial console: lines typed, and what they print.

What a command prints is told from the echo of what was typed by marks that the shell
puts together itself: they stand nowhere in the typed line as they are printed.
"""

import re

from harness.errors import BootError
from harness.guest.console.console import Console

_PROMPT = re.compile(r"root@[\w.-]+:[^\s#]*# ")
_ANSWER = re.compile(r"@\((?P<output>.*?)\)@(?P<code>\d+)@", re.DOTALL)


class Shell:
    """A POSIX shell at its prompt."""

    def __init__(self, console: Console, *, timeout_s: float) -> None:
        """Keep the console, and how long a command may take."""
        self._console = console
        self._timeout_s = timeout_s

    def wait_until_there(self) -> None:
        """Wait for the prompt."""
        self._console.wait_for(_PROMPT, timeout_s=self._timeout_s, what="root's prompt")

    def run(self, command: str) -> str:
        """Type a command; give what it printed.

        Raises:
            BootError: it failed; carries what it said.
        """
        output, code = self.attempt(command)
        if code != 0:
            raise BootError(
                f"{command!r} failed on the booted system: exit code {code}",
                last_lines=output.splitlines(),
            )
        return output

    def attempt(self, command: str) -> tuple[str, int]:
        """Type a command; give what it printed, and its exit code."""
        # Quotes in the marks: the echo has them, what is printed has not.
        line = f"""printf '@''(' ; {{ {command} ; }} 2>&1 ; printf ')''@%d@\\n' $?"""
        self._console.send(f"{line}\r")
        seen = self._console.wait_for(_ANSWER, timeout_s=self._timeout_s, what=repr(command))
        output = seen.match["output"].replace("\r", "").strip("\n")
        return output, int(seen.match["code"])

    def add_address(self, address: str) -> None:
        """Give the network card one more address, with its prefix length."""
        card = "$(ls /sys/class/net | grep -vx lo | head -n 1)"
        nodad = " nodad" if ":" in address else ""
        self.run(f"ip address add {address} dev {card}{nodad}")

    def mount_nfs(self, source: str, *, version: str, mode: str = "ro") -> tuple[str, int]:
        """Mount SERVER:DIRECTORY at /mnt by the kernel alone; give what mount said, and its code.

        The image needs no mount.nfs for it, so SERVER is an address, IPv6 in brackets.
        """
        address = source.rpartition(":/")[0].strip("[]")
        extra = "nolock" if version.startswith("3") else "clientaddr=0.0.0.0"
        options = f"{mode},vers={version},addr={address},{extra}"
        self.run("modprobe -a nfsv3 nfsv4")
        return self.attempt(f"mount -i -t nfs -o {options} {source} /mnt")

    def checksum_over_nfs(self, source: str, name: str, *, version: str) -> str:
        """Mount SERVER:DIRECTORY, give the SHA-256 of a file there, and unmount it.

        Raises:
            BootError: it cannot be mounted or read.
        """
        said, code = self.mount_nfs(source, version=version)
        if code != 0:
            raise BootError(f"{source} was not mounted: {said}", last_lines=said.splitlines())
        found = self.run(f"sha256sum </mnt/{name}").split()[0]
        self.run("umount /mnt")
        return found
