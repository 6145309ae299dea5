"""nginx, the HTTP server (package nginx)."""

from collections.abc import Sequence

from harness.services.base import Service

_PORT = 80


class Nginx(Service):
    """Serves loaders, the script, kernels and images."""

    name = "nginx"
    tool = "nginx"

    def command(self) -> Sequence[str]:
        """As Debian's unit, in the foreground."""
        return ["nginx", "-g", "daemon off; master_process on;"]

    def check_command(self) -> Sequence[str]:
        """`nginx -t`, as Debian's unit does before it starts."""
        return ["nginx", "-t", "-q", "-g", "daemon off; master_process on;"]

    def is_ready(self) -> bool:
        """Its port listens."""
        return self.listens("tcp", _PORT)

    def last_words(self) -> tuple[str, ...]:
        """Its error log says more than its standard error."""
        error_log = self.log_path.with_name("nginx") / "error.log"
        said = error_log.read_text(errors="replace") if error_log.exists() else ""
        return (*super().last_words(), *said.splitlines()[-6:])
