"""Load, check and change a site: what the operator runs, as in production."""

from harness.site.model import LaidKind, Site

__all__ = ["LaidKind", "Site"]
