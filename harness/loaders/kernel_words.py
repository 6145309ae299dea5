"""The URLs in a kernel's words, which no loader asks for, but the system that it starts."""

import re
from collections.abc import Iterator, Sequence

from harness.loaders.grub import named_files as grub
from harness.loaders.ipxe import named_files as ipxe
from harness.loaders.ipxe.script import ipxe_scripts
from harness.loaders.named_files import of_grub, of_pxelinux
from harness.loaders.pxelinux import named_files as pxelinux
from harness.loaders.script import NamedFile, Script, Use, Word

_URL = re.compile(r"(?:https?|tftp)://[^\s\"'|&;,)\\]+")


def asked_later(scripts: Sequence[Script]) -> Iterator[NamedFile]:
    """Give the URLs in the words that scripts of one boot hand to kernels, each by its word."""
    yield from _with_urls(ipxe.kernel_words(ipxe_scripts(scripts)))
    yield from _with_urls(grub.kernel_words(of_grub(scripts)))
    yield from _with_urls(pxelinux.kernel_words(of_pxelinux(scripts)))


def _with_urls(words: Iterator[Word]) -> Iterator[NamedFile]:
    for each in words:
        urls = dict.fromkeys(url for text in each.spelt for url in _URL.findall(text))
        if urls:
            yield NamedFile(
                script=each.script,
                line=each.line,
                use=Use.LATER,
                text=each.text,
                names=tuple(urls),
            )
