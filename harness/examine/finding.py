"""What looks wrong in a site's files."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that looks wrong, and where."""

    what: str
    place: str
    """File and line, below the site's directory."""
    is_error: bool = False
    """Whether a machine that comes here cannot go on; else it may be meant so."""

    def __str__(self) -> str:
        """Give it as a compiler would."""
        return f"{self.place}: {'error' if self.is_error else 'warning'}: {self.what}"


def error(place: str, what: str) -> Finding:
    """Say what a machine cannot pass."""
    return Finding(what=what, place=place, is_error=True)


def warning(place: str, what: str) -> Finding:
    """Say what looks wrong and may be meant."""
    return Finding(what=what, place=place)
