"""nginx, a web server (package nginx)."""

import re
import time
from collections.abc import Sequence

from harness import logwatch, process
from harness.host.tools import server_tool
from harness.model import Role
from harness.services.access_log import combined
from harness.services.log import Logs
from harness.services.site_daemon import SiteDaemon
from harness.site import Site
from harness.witness.journal import HttpFault, plain_address

_FAULT = re.compile(
    r"(?P<time>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) \[\w+\] \d+#\d+: (?:\*\d+ )?(?P<why>.*?), "
    r'client: (?P<client>[^,\s]+), .*?request: "[A-Z]+ (?P<path>[^" ]*)'
)


class Nginx(SiteDaemon):
    """Serves loaders, the script, kernels and images."""

    name = "nginx"
    tool = server_tool("nginx")
    sign = "a worker"
    roles = (Role.HTTP,)
    drops_privileges = True
    writes = ("/var/lib/nginx", "/var/log/nginx")
    parts = ("etc/nginx/sites-enabled", "etc/nginx/conf.d")

    @classmethod
    def configuration(cls, site: Site) -> str:
        """Give where Debian has it."""
        return "etc/nginx/nginx.conf"

    @classmethod
    def logs(cls) -> Logs:
        """Read what it served, and why it did not."""
        return {"nginx/access.log": lambda: combined(cls.name), "nginx/error.log": lambda: fault}

    def command(self) -> Sequence[str]:
        """As Debian's unit, in the foreground."""
        return ["nginx", "-g", "daemon off; master_process on;"]

    def check_command(self) -> Sequence[str]:
        """`nginx -t`, as Debian's unit does before it starts."""
        return ["nginx", "-t", "-q", "-g", "daemon off; master_process on;"]

    def is_ready(self) -> bool:
        """It has workers: it starts them when its ports listen, whichever its file names."""
        return any(process.children(pid) for pid in self._started().children())

    def essence(self, said: Sequence[str]) -> str:
        """Name what stopped it: the first `[emerg]` line, without its time and process."""
        found = (re.search(r"\[emerg\] (?:\d+#\d+: )?(.*)", line) for line in said)
        return next((match[1] for match in found if match), super().essence(said))

    def last_words(self) -> tuple[str, ...]:
        """Its error log says more than its standard error."""
        error_log = self.log_path.with_name("nginx") / "error.log"
        return (*super().last_words(), *logwatch.read(error_log).splitlines()[-6:])


def fault(line: str, _year: int) -> HttpFault | None:
    """Read a line of its error log that belongs to a request."""
    found = _FAULT.match(line)
    if found is None:
        return None
    return HttpFault(
        daemon=Nginx.name,
        line=line,
        time_s=time.mktime(time.strptime(found["time"], "%Y/%m/%d %H:%M:%S")),
        client=plain_address(found["client"]),
        path=found["path"],
        why=found["why"],
    )
