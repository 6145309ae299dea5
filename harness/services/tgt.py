"""tgtd, an iSCSI target (package tgt): disks that machines boot from over the network.

Started and given its targets as Debian's unit does, by tgt-admin.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from harness.daemon_facts import Daemon
from harness.host.tools import server_tool
from harness.model import ISCSI_PORT, Role
from harness.services.configuration import tgt as configuration
from harness.services.site_daemon import SiteDaemon
from harness.site import Site
from harness.site.files import Files
from harness.site.problem import Problem
from harness.site.said import Said

_CONFIGURATION = configuration.MAIN
_TAKE_IN = ("tgt-admin", "-e", "-c", f"/{_CONFIGURATION}")


class Tgt(SiteDaemon):
    """Offers disks; each whose file the copy lacks is the harness's own."""

    name = "tgt"
    tool = server_tool("tgtd", package="tgt")
    sign = f"TCP port {ISCSI_PORT}"
    program = "tgtd"
    log = "tgt.log"
    roles = (Role.ISCSI,)
    # Of RDMA and limits that a lab has not; what is wrong with a target, tgt-admin says.
    warning = None
    configured_by = _CONFIGURATION
    include = configuration.INCLUDE
    units = ("tgt.service", "tgtd.service")
    scripts = ("tgt",)
    copied = ("etc/tgt",)
    hides: ClassVar[tuple[str, ...]] = (_CONFIGURATION, "etc/tgt/conf.d")
    argv = ("tgtd", "-f")
    # It asks a running one which targets there are, and goes on without: none yet.
    check_argv = (*_TAKE_IN, "--pretend")

    @classmethod
    def set_up(cls, files: Files) -> str:
        """Look for a target that has a disk."""
        return next((each.place for each in configuration.offered(files)), "")

    @classmethod
    def says(cls, files: Files) -> Iterator[Said]:
        """Give the files of its disks, and its passwords."""
        return configuration.says(files)

    @classmethod
    def facts(cls, site: Site) -> Daemon:
        """Add its disks; its log has nothing of who opens one."""
        own = super().facts(site)
        return replace(own, disks=configuration.disks(site), logs_nothing_of=cls.roles)

    @classmethod
    def problems(cls, site: Site) -> Iterator[Problem]:
        """Add the disks that are devices of the server's: a lab has none."""
        yield from super().problems(site)
        for said in configuration.offered(site):
            if said.text.startswith("/dev/"):
                yield Problem(
                    what=f"the disk {said.text} of {said.value} is a device, and a lab has none",
                    path=site.dir / said.path,
                    line=said.line,
                    cure="name a file in the site's copy: the harness lays a disk there",
                )

    def is_ready(self) -> bool:
        """Its port listens: it says so nowhere."""
        return self.listens("tcp", ISCSI_PORT)

    def wait_until_ready(self) -> None:
        """Give it its targets once it serves, for that is when it can be told of them."""
        super().wait_until_ready()
        done = self.enclosure.run(_TAKE_IN, check=False)
        with self.log_path.open("a") as log:
            log.write(done.output)
        self._accepted(done, "does not take its targets", f"mend /{_CONFIGURATION} of the site")
