"""nginx, the HTTP server (package nginx)."""

import re
from collections.abc import Sequence

from harness import logwatch, process
from harness.model import Role
from harness.services.site_daemon import SiteDaemon
from harness.site import Site


class Nginx(SiteDaemon):
    """Serves loaders, the script, kernels and images."""

    name = "nginx"
    tool = "nginx"
    sign = "a worker"
    roles = (Role.HTTP,)

    @classmethod
    def configuration(cls, site: Site) -> str:
        """Give where Debian has it."""
        return "etc/nginx/nginx.conf"

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
