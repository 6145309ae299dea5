"""Live images: a Debian system whose root a guest fetches, or mounts from the server.

`image` makes one out of Debian's packages, `agent` is what a lab appends to an
initramfs so that the system reports, `place` lays images where a site's clients look.
"""

from harness.assets.live.agent import agent_archive, stand_in_archive
from harness.assets.live.image import LiveImage, checked_live_image, find_live_image, live_image
from harness.assets.live.place import image_layer

__all__ = [
    "LiveImage",
    "agent_archive",
    "checked_live_image",
    "find_live_image",
    "image_layer",
    "live_image",
    "stand_in_archive",
]
