"""Live images: a Debian system whose root a guest fetches, or mounts from the server.

`image` makes one out of Debian's packages, `agent` is what a lab appends to an
initramfs so that the system reports.
"""

from harness.assets.live.agent import agent_archive, stand_in_archive
from harness.assets.live.image import LiveImage, find_live_image, live_image

__all__ = [
    "LiveImage",
    "agent_archive",
    "find_live_image",
    "live_image",
    "stand_in_archive",
]
