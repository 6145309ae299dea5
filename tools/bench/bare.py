"""The baseline: one boot by `bare.sh`, a shell script without any of the harness."""

import time
from pathlib import Path

from harness import process
from harness.assets.loader import supply_layer
from harness.assets.payload import entry_archive
from harness.errors import UsageError
from harness.guest import nvram
from harness.guest.spec import Flash, GuestSpec, Nic
from harness.lab.boot_files import PayloadFiles
from harness.loaders import loader_of
from harness.loaders.ipxe import Ipxe
from harness.machines import BootPath, NetworkStack
from tools.bench.boot import Boot, choice
from tools.bench.cpu import guests, parse_stat, total_s
from tools.bench.setting import Setting

SCRIPT = Path(__file__).with_name("bare.sh")
_TIMEOUT_S = 600.0


def takes(setting: Setting, path: BootPath) -> bool:
    """Whether a script can boot so: nobody there types commands at a ROM, or lays out GRUB."""
    loader = loader_of(setting.site, path.loader)
    return isinstance(loader, Ipxe) and path.stack is not NetworkStack.VENDOR_ROM


def boot_by_hand(setting: Setting, path: BootPath, directory: Path) -> Boot:
    """Boot once by the script. What it needs is laid out beforehand, and not timed."""
    command = _lay_out(setting, path, directory)
    began_s = time.time()
    process.run(command, timeout_s=_TIMEOUT_S)
    ended_s = time.time()
    return _read(setting, directory, began_s, ended_s)


def machine(setting: Setting, path: BootPath, directory: Path) -> GuestSpec:
    """Give the machine that the harness would make, for what the script is told of it."""
    flash = None
    if path.is_uefi:
        firmware = setting.lab_options(directory).firmware_for(path)
        flash = Flash(code_path=firmware.code_path, nvram_path=directory / "nvram.fd")
    return GuestSpec(
        name="bare",
        path=path,
        nics=(Nic.of(path).fitted(guest=0, number=0),),
        console_pipe=directory / "serial",
        flash=flash,
        accel=setting.accelerator.name,
    )


def _lay_out(setting: Setting, path: BootPath, directory: Path) -> list[str]:
    """Put what the script needs into its directory; give its command line."""
    options = setting.lab_options(directory)
    files = PayloadFiles(payload=options.payload)
    entry = setting.site.menu.entries[setting.site.menu.default]
    if entry.kernel is None or entry.initrd is None:
        raise UsageError(f"{entry.id} boots no payload", cure="measure on the reference site")
    links = {
        "site": setting.site.dir,
        "supply": supply_layer(setting.site.supply),
        "kernel": options.payload.kernel_path,
        "initrd": options.payload.initrd_path,
    }
    spec = machine(setting, path, directory)
    if spec.flash is not None:
        links["code.fd"] = spec.flash.code_path
        nvram.make(spec, options.vars_template_for(path), spec.flash.nvram_path)
    for name, target in links.items():
        (directory / name).symlink_to(target)
    (directory / "token").write_text(f"{files.token}\n")
    (directory / "token.cpio").write_bytes(entry_archive(token=files.token, entry=entry.id))
    return [
        # Even SIGKILL of this process leaves nothing behind.
        *("setpriv", "--pdeathsig", "KILL", str(SCRIPT), str(directory)),
        *(spec.mac, entry.kernel, entry.initrd, spec.accel, str(spec.memory_mib)),
        *_prompt(spec),
    ]


def _prompt(spec: GuestSpec) -> tuple[str, ...]:
    """Give QEMU's words for firmware that must wait for a key before it boots."""
    if spec.flash is None or not spec.prompts_for_s:
        return ()
    return ("-boot", f"menu=on,splash-time={spec.prompts_for_s * 1000}")


def _read(setting: Setting, directory: Path, began_s: float, ended_s: float) -> Boot:
    """Read what the script left."""
    power_on_s = float((directory / "power-on").read_text())
    verdict_s = float((directory / "verdict").read_text())
    choice_s = choice(directory / "requests.pcap", setting.site).time_s
    before = parse_stat((directory / "stat.on").read_text())
    chosen, after = (
        [parse_stat(line) for line in (directory / name).read_text().splitlines()]
        for name in ("stat.choice", "stat.off")
    )
    first = next(stat for stat in after if stat.pid == 1)
    return Boot(
        wall_s=ended_s - began_s,
        up_s=power_on_s - began_s,
        choice_s=choice_s - power_on_s,
        verdict_s=verdict_s - choice_s,
        down_s=ended_s - verdict_s,
        cpu_s=total_s(after),
        # Between the two looks pid 1 has waited for QEMU, and for grep and tail.
        guest_cpu_s=first.reaped_s - before.reaped_s,
        choice_cpu_s=total_s(guests(chosen)),
    )
