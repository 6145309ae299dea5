"""Live images: a Debian system whose root a guest fetches, or mounts from the server.

`image` makes one out of Debian's packages, `agent` is what a lab appends to an
initramfs so that the system reports.
"""
