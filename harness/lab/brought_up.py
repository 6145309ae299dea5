"""A daemon on its way up, and where in the site's files it is when one refuses these."""

from harness.errors import ServiceError
from harness.services.base import REFUSES, Service
from harness.services.site_daemon import SiteDaemon


def bring_up(service: Service) -> None:
    """Take it through its first three steps; of a file that it refuses, name the line.

    Raises:
        ServiceError: it refuses its configuration, does not start, or is not ready in time.
    """
    try:
        service.bring_up()
    except ServiceError as refusal:
        if not (isinstance(service, SiteDaemon) and REFUSES in refusal.what):
            raise
        # Only now: who starts in order needs none of it.
        from harness.lab.own_checks import found_in

        found = found_in(service, refusal.what)
        raise ServiceError(
            service.label,
            f"{found.what.removeprefix(f'{service.label}: ')} ({found.place})",
            exit_code=refusal.exit_code,
            cure=refusal.cure,
            last_lines=refusal.last_lines,
            log_path=refusal.log_path,
        ) from refusal
