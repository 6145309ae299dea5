"""Trees of a server's files, as tests write them."""

from pathlib import Path

from harness.site.files import Tree


def write(place: Path, files: dict[str, str]) -> Tree:
    """Write these files; `-> PLACE` is a link."""
    for path, text in files.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        if text.startswith("-> "):
            (place / path).symlink_to(text[3:])
        else:
            (place / path).write_text(text)
    return Tree(dir=place)
