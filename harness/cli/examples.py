"""What people type: the examples under each command's help, and on the manual page."""

from collections.abc import Mapping, Sequence

EXAMPLES: Mapping[str, Sequence[tuple[str, str]]] = {
    "": (
        ("harness init mysite --from boot1.tar", "make a site of a boot server's files"),
        ("harness check mysite", "look for what is wrong in them"),
        ("harness learn mysite", "write down how its machines boot"),
        ("pytest mysite -n 8", "hold them to it"),
    ),
    "prepare": (("harness prepare --live", "what the slow tier boots besides"),),
    "init": (
        ("harness init mysite --from boot1.tar", "of a tar of the server's /etc and data"),
        ("harness init mysite --from boot1.tar --host files1=files1.tar", "TFTP is elsewhere"),
        ("ssh root@boot1 tar -C / -c etc srv | harness init mysite --from -", "without a file"),
    ),
    "check": (("harness check mysite", "exit code 1 if a machine could not boot by it"),),
    "ask": (
        ("harness ask mysite", "as every kind of client"),
        ("harness ask mysite --machine stranger", "as one that no file names"),
    ),
    "compare": (
        ("harness compare mysite newsite", "answers, then the boots of mysite on newsite"),
        ("harness compare mysite newsite --no-boots", "answers only, in seconds"),
    ),
    "learn": (
        ("harness learn mysite", "all machines, all rows of their menus"),
        ("harness learn mysite --machine x64-http-ipv4 --row Rescue", "one row of one machine"),
        ("harness learn mysite -- -n 4 --clock real", "with options of pytest's"),
    ),
    "approve": (
        ("harness approve mysite", "ask for each boot that differs"),
        ("harness approve mysite web1--rescue.boot", "this one only"),
    ),
    "firmware": (
        ("harness firmware list 'ovmf-x64@*'", "the versions of one"),
        ("harness firmware fetch ovmf-x64@2025.02", "before a run without network"),
    ),
    "matrix": (
        ("harness matrix", "all tiers of the project's matrix.toml"),
        ("harness matrix nightly", "one, by what machines are made of"),
        ("pytest --tier nightly", "run it"),
    ),
    "bisect": (
        (
            "harness bisect mysite/boots/x64-http-ipv4.boot --good ipxe@1.21 --bad ipxe@2.0",
            "releases",
        ),
        (
            "harness bisect web1.boot --part loader --tree ipxe --build make --good v1 --bad HEAD",
            "commits",
        ),
    ),
    "bug": (
        ("harness bug", "lists the pairs that there are"),
        ("harness bug no_entropy", "as Markdown; progress goes to standard error"),
    ),
    "judge": (("harness judge evidence/latest", "a whole run"),),
    "explain": (
        ("harness explain boot.pcap", "of whatever network"),
        ("harness explain boot.pcapng.gz --site mysite", "with the lines of its servers' files"),
    ),
    "report": (
        ("harness report evidence/latest", "beside the run before"),
        ("harness report evidence/latest --beside evidence/20261101T090000Z", "beside another"),
        ("harness report shard1 shard2 --into night --beside before", "the shards of a CI job"),
    ),
    "pack": (("harness pack evidence/latest/x64-http-ipv4", "x64-http-ipv4.tar.zst, here"),),
    "rerun": (
        ("harness rerun x64-http-ipv4.tar.zst", "exit code 0 if it comes out the same"),
        ("harness rerun evidence/latest/x64-http-ipv4 --hold", "and look at it if it is red"),
    ),
    "up": (
        ("harness up --site mysite", "the servers alone"),
        ("harness up --site mysite --boot x64-http-ipv4", "and a machine"),
    ),
    "enter": (
        ("harness enter", "a shell in the only lab"),
        ("harness enter 4711 -- tcpdump -ni eth0", "a command in one of several"),
    ),
    "console": (
        ("harness console", "of the only guest of the only lab; Ctrl-] detaches"),
        ("harness console 4711 --log | less", "what it has shown so far"),
        ("harness console --wait", "of a lab that somebody is about to start"),
    ),
    "capture": (
        ("harness capture | wireshark -k -i -", "as it comes"),
        ("harness capture 4711 -o lab.pcap", "into a file, until the lab ends"),
    ),
    "down": (
        ("harness down", "the only lab"),
        ("harness down x64-http-ipv4", "one of several, by a part of its name"),
    ),
    "completion": (
        ('eval "$(harness completion bash)"', "in ~/.bashrc; zsh likewise"),
        ("harness completion fish | source", "in config.fish"),
    ),
}
"""The command → command lines, each with what it does."""


def epilog(command: str) -> str:
    """Give the examples of a command, as its help ends with them; "" without."""
    found = EXAMPLES.get(command, ())
    width = max((len(line) for line, _ in found), default=0)
    lines = [f"  {line:<{width}}  {does}" for line, does in found]
    return "\n".join(["examples:", *lines]) if lines else ""
