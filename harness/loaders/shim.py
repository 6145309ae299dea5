"""What shim prints when it does not start the loader behind it, in plain words."""

from harness.loaders.base import failure

FAILURES = (
    failure(
        "shim-revoked",
        r"SBAT self-check failed|Verifying shim SBAT data failed",
        "this shim has been revoked: the firmware takes newer ones only",
        "which shim the DHCP server hands out",
    ),
    failure(
        "shim-refused",
        r"Verification failed: (?:\(0x1A\) )?Security|Binary is not authorized"
        r"|did not pass SBAT verification|Policy requires NX",
        "shim does not start what no key that it trusts has signed, or what has been revoked",
        "Secure Boot is on: the second stage must be signed, and of the same vendor as shim",
    ),
    failure(
        "shim-no-second-stage",
        r"Unable to fetch (?:TFTP|HTTP) image|Netboot parsing failed|Failed to fetch image: ",
        "shim did not get the loader behind it",
        "grubx64.efi beside shim: it is looked for beside the name in the DHCP header's own field,"
        " which a boot file in option 67 alone leaves empty",
    ),
    failure(
        "shim-no-start",
        r"Failed to load image(?: \S+)?: |start_image\(\) returned|Could not find MokManager",
        "shim could not start the loader behind it",
        "the file that it names",
        is_cause=True,
    ),
    failure(
        "shim-gave-up",
        r"Something has gone seriously wrong: ",
        "shim gave up",
        "Secure Boot, and what shim is to start",
        is_cause=True,
    ),
)
