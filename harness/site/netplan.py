"""The addresses in netplan's files: the owner of YAML."""

from collections.abc import Iterator

import yaml


def addresses(text: str) -> Iterator[tuple[str, str, int | None]]:
    """Give interface, address and line: of `ethernets: NAME: addresses:`, of bridges and the like.

    A text that is not YAML has none.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return
    for kind, named in _pairs(dict(_pairs(root)).get("network")):
        for interface, settings in _pairs(named) if kind.endswith("s") else ():
            given = dict(_pairs(settings))
            name = _scalar(given.get("set-name")) or interface
            listed = given.get("addresses")
            for node in listed.value if isinstance(listed, yaml.SequenceNode) else ():
                # An item may have settings of its own: `- 10.0.0.1/24: {label: …}`.
                text = _scalar(node) or next((key for key, _ in _pairs(node)), "")
                yield name, text, node.start_mark.line + 1


def _pairs(node: object) -> Iterator[tuple[str, yaml.Node]]:
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        yield _scalar(key), value


def _scalar(node: object) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""
