"""Warm starts: firmware that has done its POST, saved once and restored into each lab.

POST is most of what a UEFI guest costs under emulation, and it is the same every
time. The image is made on a network of its own where nobody serves, at the firmware's
first word on the console: after POST, before anything is sent to the network. It
holds the hardware, the boot order and the MAC address as well, so all of these
are in its key, with the versions of what reads it; whatever differs makes a new
image, and an old one is never used for it.
"""

import re
import shutil
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from harness.assets.cache import Cache, key_of, sha256_again
from harness.assets.firmware import Firmware
from harness.errors import BootError, GuestError
from harness.evidence.directory import EvidenceDirectory
from harness.guest.domain_xml import domain_xml
from harness.guest.hypervisor import Hypervisor
from harness.guest.spec import GuestSpec
from harness.host import tools
from harness.lab.layers import EVIDENCE_DIR, Layers, lay
from harness.lab.namespace import Namespace
from harness.lab.network import Network
from harness.lab.options import LabOptions
from harness.lab.power import WarmImage, define
from harness.services.libvirtd import Libvirtd
from harness.site import Site

KIND = "warm"
_IMAGE = "image"
_EVIDENCE = "evidence"
_INSIDE = Path("/run/harness/warm-image")
_REFUSED = "unable to execute QEMU command"
"""libvirt says it of an order that a QEMU does not know: so 9.0 cannot save a machine of 11.1."""
_FIRST_WORD = re.compile(r"[^\n]")
_FIRST_WORD_TIMEOUT_S = 30.0


def can_be_warm(spec: GuestSpec) -> bool:
    """Whether a machine of this kind gains by it: a BIOS has no POST to speak of.

    Where an operator chooses by hand, the firmware starts as from the factory. KVM's
    guests have the host's CPU as it is, which cannot be saved. On a disk the firmware does not
    wait, as it does on a network where nobody serves: it is past it when it could be saved.
    """
    is_emulated_uefi = spec.flash is not None and spec.accel == "tcg"
    return is_emulated_uefi and not spec.by_hand and spec.boots_from_network


def image_key(spec: GuestSpec, firmware: Firmware) -> str:
    """Give the key of a machine's image: everything that is frozen in it or reads it."""
    return key_of(
        domain_xml(spec),
        *(path.id for path in (spec.path, *spec.then)),
        firmware.sha256,
        firmware.vars_sha256 or "",
        spec.boots_by,
        *(sha256_again(nic.rom_path) for nic in spec.nics if nic.rom_path is not None),
        _readers(spec),
        Path(__file__).read_bytes(),
    )


def _readers(spec: GuestSpec) -> str:
    """Tell emulator and hypervisor from other versions of them."""
    readers = (path.stat() for path in (spec.emulator_path, tools.path_of("libvirtd")))
    return key_of(*(f"{reader.st_size} {reader.st_mtime_ns}" for reader in readers))


def _place(spec: GuestSpec) -> Path:
    """Give where in the evidence its variable store lies: of a lab's second guest, in its own."""
    return spec.flash.nvram_path.relative_to(EVIDENCE_DIR) if spec.flash is not None else Path()


class SavedPosts:
    """The images that a lab's guests may start from, each made when it is first asked for."""

    def __init__(self, options: LabOptions, site: Site) -> None:
        """Keep what its guests are made with."""
        self._options = options
        # On the server of the maker nothing runs, so nothing of the site counts but its addresses.
        self._site = site.without_daemons(*site.daemons)
        self._cache = Cache(dir=options.cache_dir)

    def find(self, spec: GuestSpec) -> WarmImage | None:
        """Give the image of a machine, made now when there is none; None to start it cold.

        Others that need the same image wait for it instead of making their own. Firmware
        that fails on the way to its image will fail cold as well, and then leaves its
        evidence where it belongs. A QEMU that this libvirtd cannot save is not tried again.
        """
        if not (self._options.warm and can_be_warm(spec)):
            return None
        refusal = f"{KIND}-refused-{_readers(spec)}"
        if self._cache.read_ref(refusal) is not None:
            return None
        key = image_key(spec, self._options.firmware_for(spec.path))
        try:
            place = self._cache.build(KIND, key, lambda into: self._make(spec, into))
        except (BootError, GuestError) as error:
            self._options.tell(f"starting cold, for POST could not be saved: {error.what}")
            if _REFUSED in error.what:
                self._cache.write_ref(refusal, error.what)
            return None
        return WarmImage(
            image_path=place / _IMAGE,
            nvram_path=place / _EVIDENCE / _place(spec),
            discard=partial(self._cache.discard, KIND, key),
        )

    def _make(self, spec: GuestSpec, into: Path) -> None:
        store = EvidenceDirectory(into / _EVIDENCE)
        (store.dir / _place(spec)).parent.mkdir(parents=True)
        self._options.tell(f"waiting for the firmware's POST, kept for later ({spec.path})")
        with ExitStack() as stack:
            namespace = Namespace(name=str(store.dir))
            network = Network(namespace)
            libvirtd = Libvirtd(namespace, self._site, store.log_dir, self._options.pace)
            stack.callback(libvirtd.forget)
            stack.enter_context(namespace)
            stack.enter_context(network)
            # The files of a server without data.
            layers = Layers(
                supply_dir=None,
                payload={},
                evidence_dir=store.dir,
                cache_dir=self._options.cache_dir,
                writes=libvirtd.writes,
            )
            lay(namespace, self._site, layers)
            namespace.finish()
            network.build(self._site.server)
            for nic in spec.nics:
                network.have_tap(nic.tap)
            self._save(spec, libvirtd, namespace, store)
            shutil.copyfile(namespace.path(_INSIDE), into / _IMAGE)
        self._cache.discard_unused(KIND)

    def _save(
        self, spec: GuestSpec, libvirtd: Libvirtd, namespace: Namespace, store: EvidenceDirectory
    ) -> None:
        """Let the machine do its POST on the one daemon that it needs, and stop it there."""
        libvirtd.bring_up()
        with ExitStack() as stack:
            power = define(
                spec,
                self._options.vars_template_for(spec.path),
                hypervisor=stack.enter_context(
                    Hypervisor(libvirtd.uri, log_dir=store.log_dir / "libvirt" / "qemu")
                ),
                namespace=namespace,
                store=store,
                pace=self._options.pace,
                lifelines=(libvirtd,),
            )
            stack.enter_context(power)
            power.on()
            power.console.wait_for(
                _FIRST_WORD, timeout_s=_FIRST_WORD_TIMEOUT_S, what="the firmware's first word"
            )
            power.domain.save(_INSIDE)
