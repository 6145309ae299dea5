"""nfs-ganesha's configuration, made from the exports that the kernel's server would read.

What exports(5) can say and ganesha cannot do is refused, with the file and line: a
server that is laxer or stricter than production proves nothing.
"""

from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path

from harness.services.nfs.base import MOUNT_PORT, STATE_DIR
from harness.services.nfs.exports import Client, Export, number, read_exports, refused
from harness.site import Site

_SETTINGS = {
    "ro": ("Access_Type", "RO"),
    "rw": ("Access_Type", "RW"),
    "root_squash": ("Squash", "Root_Squash"),
    "no_root_squash": ("Squash", "No_Root_Squash"),
    "all_squash": ("Squash", "All_Squash"),
    "secure": ("PrivilegedPort", "true"),
    "insecure": ("PrivilegedPort", "false"),
}
_DEFAULTS = ("ro", "root_squash", "secure")
_IDENTITIES = {"anonuid": "Anonymous_Uid", "anongid": "Anonymous_Gid"}
_INDIFFERENT = frozenset(
    {
        # How the kernel writes to its disk and looks up its own handles.
        *("sync", "async", "wdelay", "no_wdelay", "subtree_check", "no_subtree_check"),
        # File systems below an export: a lab's export is one.
        *("hide", "nohide", "crossmnt", "no_all_squash", "no_acl", "acl"),
        # Locks of clients without credentials: live systems mount without locks.
        *("secure_locks", "insecure_locks", "auth_nlm", "no_auth_nlm", "sec=sys"),
    }
)
"""Options that make no difference to a client of ganesha."""

_HEAD = """\
# Written by the harness, out of the site's exports.
LOG {{
  Components {{ NFS3 = DEBUG; CLIENTID = DEBUG; }}
}}
NFS_CORE_PARAM {{
  Protocols = 3, 4;
  # NFSv3 mounts by the path that clients name, as the kernel's server does.
  mount_path_pseudo = true;
  MNT_Port = {port};
  Enable_NLM = false;
  Enable_RQUOTA = false;
  Plugins_Dir = "{plugins}";
}}
NFSv4 {{
  # Nobody has state from before: no time of grace.
  Graceless = true;
  RecoveryBackend = fs;
  RecoveryRoot = "{state}";
  Only_Numeric_Owners = true;
}}
NFS_KRB5 {{ Active_krb5 = false; }}
"""


def configuration(site: Site, plugin_dir: Path) -> str:
    """Write the configuration."""
    head = _HEAD.format(port=MOUNT_PORT, plugins=plugin_dir, state=STATE_DIR)
    return head + "".join(_export(site, export) for export in read_exports(site))


def _export(site: Site, export: Export) -> str:
    """Write one export; nobody may mount it but its clients."""
    clients = "".join(_client(site, export, client) for client in export.clients)
    return (
        f"EXPORT {{\n  Export_Id = {number(export.path, highest=65535)};\n"
        f'  Path = "{export.path}";\n  Pseudo = "{export.path}";\n'
        "  Access_Type = None;\n  SecType = sys;\n  FSAL { Name = VFS; }\n"
        f"{clients}}}\n"
    )


def _client(site: Site, export: Export, client: Client) -> str:
    settings: dict[str, str] = {}
    for option in (*_DEFAULTS, *client.options):
        settings.update(_setting(site, export, option))
    lines = "".join(f"    {name} = {value};\n" for name, value in settings.items())
    return f"  CLIENT {{\n    Clients = {_who(site, export, client)};\n{lines}  }}\n"


def _setting(site: Site, export: Export, option: str) -> Mapping[str, str]:
    name, _, value = option.partition("=")
    if option in _SETTINGS:
        return dict([_SETTINGS[option]])
    if name in _IDENTITIES and value.lstrip("-").isdecimal():
        return {_IDENTITIES[name]: value}
    # A number of its own for the file system, which ganesha's handles do not need; but 0
    # would make this the root of NFSv4's tree.
    if option in _INDIFFERENT or (name == "fsid" and value not in ("0", "root")):
        return {}
    raise refused(
        site,
        export,
        f"nfs-ganesha cannot do {option!r}",
        "leave it out here, or have the kernel's server: `harness doctor` says how",
    )


def _who(site: Site, export: Export, client: Client) -> str:
    if client.who.startswith(("@", "gss/")):
        raise refused(
            site,
            export,
            f"nfs-ganesha cannot know who is in {client.who!r}",
            "name addresses, networks or hosts",
        )
    try:
        network = ip_network(client.who, strict=False)
    except ValueError:
        return client.who  # a name or a pattern
    return str(network if "/" in client.who else network.network_address)
