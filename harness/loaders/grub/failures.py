"""What GRUB prints when a boot has failed, in plain words."""

from harness.loaders.base import failure

FAILURES = (
    failure(
        "grub-no-file",
        r"^error: .*not found\.$",
        "the server has no such file",
        "the name in the DHCP answer or in the script, or the file below the data root",
    ),
    failure(
        "grub-forbidden",
        r"^error: unsupported uefi http status code",
        "the server does not give it out",
        "its mode, or the web server's rules",
    ),
    failure("grub-short", r"^error: premature end of file", "a file ends too early", "the file"),
    failure("grub-no-kernel", r"^error: you need to load the kernel", "no kernel was loaded"),
    failure(
        "grub-no-device",
        r"^error: destination unreachable",
        "GRUB has no route to the server",
        "a server of another family than GRUB came by, or `chainloader` after HTTP Boot",
    ),
    failure("grub-error", r"^error: \S", "GRUB reports an error", "the file that it names"),
    failure("grub-prompt", r"^grub> ", "GRUB waits for commands", "it found no grub.cfg"),
)
