"""URLs are found in whichever words a kernel is handed, and nowhere else."""

import pytest

from harness.loaders.kernel_words import asked_later
from harness.loaders.script import ANY, Script

HOST = "http://192.0.2.1"


def urls(text: str) -> list[str]:
    """Give the URLs in a script's words, in their order."""
    return [url for each in asked_later([Script("boot", text)]) for url in each.names]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (f"inst.ks={HOST}/ks.cfg inst.repo={HOST}/os", [f"{HOST}/ks.cfg", f"{HOST}/os"]),
        (f"root=live:{HOST}/root.img rd.live.ram=1", [f"{HOST}/root.img"]),
        (f"auto=true preseed/url={HOST}/a.cfg ---", [f"{HOST}/a.cfg"]),
        (f"archiso_http_srv={HOST}:8000/ ip=dhcp", [f"{HOST}:8000/"]),
        (f"autoinstall ds=nocloud-net;s={HOST}/node/;h=node", [f"{HOST}/node/"]),
        (f'"ds=nocloud-net;s={HOST}/node/"', [f"{HOST}/node/"]),
        (
            f"netboot=url url={HOST}/a.iso fetch={HOST}/a,{HOST}/b",
            [f"{HOST}/{e}" for e in ("a.iso", "a", "b")],
        ),
        ("nfsroot=192.0.2.1:/srv quiet", []),
    ],
)
def test_they_are_found_in_the_words_of_each_loader(words: str, found: list[str]) -> None:
    assert urls(f"#!ipxe\nkernel linux {words}\ninitrd {HOST}/initrd\nboot\n") == found
    assert urls(f"#!ipxe\nkernel linux\nimgargs linux {words}\nboot\n") == found
    assert urls(f"DEFAULT a\nLABEL a\n  KERNEL linux\n  APPEND initrd=initrd {words}\n") == found
    quoted = words if '"' in words else words.replace(";", r"\;")
    entry = f"menuentry 'a;b' {{\n  linux /linux {quoted}\n  initrd /initrd\n}}\n"
    assert urls(entry) == found


def test_variables_are_filled_in_as_far_as_they_are_known() -> None:
    script = f"#!ipxe\nset base {HOST}/os\nset words ks=${{base}}/${{mac}}.cfg\n"
    assert urls(f"{script}kernel linux ${{words}}\n") == [f"{HOST}/os/{ANY}.cfg"]
    assert urls(f"set base={HOST}/os\nlinux /linux url=${{base}}/a\n") == [f"{HOST}/os/a"]


def test_what_is_only_shown_or_fetched_is_none_of_them() -> None:
    assert urls(f"#!ipxe\necho kernel {HOST}/a\nkernel {HOST}/linux\nchain {HOST}/b\n") == []
    assert urls(f"menuentry 'a' {{\n  echo '{HOST}/a'\n  linux ({HOST})/linux\n}}\n") == []
