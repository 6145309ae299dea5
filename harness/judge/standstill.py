"""After which step nothing more came, and what is wrong with a script that was the last."""

from collections.abc import Iterator

from harness.judge.boot import Boot
from harness.step import Ask


def standstill(boot: Boot) -> Iterator[str]:
    """Say which step was the last that went well, of a boot that has not come up."""
    steps = [step for step in boot.taken if step.arrived]
    if boot.is_up or not steps:
        return
    file, loader = boot.nbp_file, boot.loader
    nbp = [step for step in steps if step.file == file]
    asked = any(isinstance(step.what, Ask) and step.what.ipxe for step in boot.taken)
    if loader.user_class and nbp and not asked:
        yield (
            f"the NBP {file} arrived (frame {nbp[-1].last.frame}), but nothing asked DHCP as "
            f"{loader.user_class}: the firmware did not start it, or it is not {loader.called}"
        )
    else:
        yield f"the last that went well was {steps[-1]} (frame {steps[-1].last.frame})"


def script_faults(boot: Boot) -> Iterator[str]:
    """Say why a script that arrived was the last that did."""
    taken = [step for step in boot.taken if step.arrived and step.file is not None]
    if not taken or (name := taken[-1].file or "") not in boot.scripts:
        return
    last = taken[-1]
    if last.goes_round:
        yield f"{name} was fetched {len(last.events)} times: it loops (frame {last.last.frame})"
    yield from boot.loader.script_faults(boot.site, boot.scripts[name])


def default_faults(boot: Boot) -> Iterator[str]:
    """Say which default of a menu that arrived is none of its items."""
    for path in boot.scripts.values():
        yield from boot.loader.default_faults(boot.site, path)
