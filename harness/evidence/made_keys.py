"""`keys.json`: the keys that were made for a run, and that its machines know.

With them it can be run again on machines with the same variable store. They lie nowhere else, and
no machine but a lab's knows them; a key of somebody's own is never among them.
"""

from dataclasses import dataclass

from harness.certificate import Certified, described
from harness.evidence.directory import EvidenceDirectory
from harness.evidence.values import UnreadableValueError, from_json


@dataclass(frozen=True, kw_only=True)
class MadeKeys:
    """Each with its certificate."""

    keys: tuple[Certified, ...] = ()

    def write(self, store: EvidenceDirectory) -> None:
        """Write those that were made here, if any."""
        made = tuple(each for each in self.keys if each.is_made)
        if made:
            store.write_json(store.keys_path, MadeKeys(keys=made))

    @classmethod
    def read(cls, store: EvidenceDirectory) -> "MadeKeys":
        """Read them; none where there are none, or none that can be read."""
        try:
            found = from_json(cls, store.read_json(store.keys_path))
        except UnreadableValueError:
            return cls()
        return cls(keys=tuple(e for e in found.keys if described(e.certificate) is not None))
