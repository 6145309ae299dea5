"""Drives a machine by Redfish with OpenStack's sushy, as an operator's program does.

    python by_sushy.py URL CACERT USER PASSWORD HOW STEP…

HOW is `session` or `basic`. A step: `show` | `boot TARGET ENABLED [URI]` | `reset TYPE`, one
argument each. After each it prints the machine's power, and what its next start is to go by.
"""

import sys

import sushy
from sushy import auth

_KINDS = {"session": auth.SessionAuth, "basic": auth.BasicAuth}


def main(url: str, ca: str, user: str, password: str, how: str, *steps: str) -> None:
    """Do the steps to the only machine of a BMC."""
    kept = _KINDS[how](username=user, password=password)
    root = sushy.Sushy(url, verify=ca, auth=kept)
    (system,) = root.get_system_collection().get_members()
    for step in steps:
        match step.split():
            case ("boot", target, enabled, *uri):
                system.set_system_boot_options(
                    target=sushy.BootSource(target),
                    enabled=sushy.BootSourceOverrideEnabled(enabled),
                    http_boot_uri=uri[0] if uri else None,
                )
            case ("reset", kind):
                system.reset_system(sushy.ResetType(kind))
        system.refresh(force=True)
        boot = system.boot
        shown = (system.power_state.value, boot.enabled.value, boot.target.value)
        print(*shown, *([boot.http_boot_uri] if boot.http_boot_uri else []))
    kept.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
