"""After which step nothing more came."""

from collections.abc import Iterator

from harness.judge.boot import Boot
from harness.plan.expected_path import loader_file
from harness.step import Ask, Fetch


def standstill(boot: Boot) -> Iterator[str]:
    """Say which step was the last that went well, of a boot that has not come up."""
    steps = [step for step in boot.taken if step.arrived]
    if boot.is_up or not steps:
        return
    file, loader = loader_file(boot.path, boot.site), boot.loader
    nbp = [step for step in steps if isinstance(step.what, Fetch) and step.what.file == file]
    asked = any(isinstance(step.what, Ask) and step.what.ipxe for step in boot.taken)
    if loader.user_class and nbp and not asked:
        yield (
            f"the NBP {file} arrived (frame {nbp[-1].last.frame}), but nothing asked DHCP as "
            f"{loader.user_class}: the firmware did not start it, or it is not {loader.called}"
        )
    else:
        yield f"the last that went well was {steps[-1]} (frame {steps[-1].last.frame})"
