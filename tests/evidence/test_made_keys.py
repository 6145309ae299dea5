"""A bundle keeps the keys that were made for its run, and nobody's own."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.certificate import Certified
from harness.evidence.directory import EvidenceDirectory
from harness.evidence.made_keys import MadeKeys


def test_they_are_read_as_they_were_written(tmp_path: Path) -> None:
    made = Certified.by_itself("site")
    MadeKeys(keys=(made,)).write(EvidenceDirectory(tmp_path))
    assert MadeKeys.read(EvidenceDirectory(tmp_path)).keys == (made,)


def test_an_operators_own_is_not_kept(tmp_path: Path) -> None:
    """It is a secret of somebody's, and the bundle may be given away."""
    own = replace(Certified.by_itself("company"), is_made=False)
    MadeKeys(keys=(own,)).write(EvidenceDirectory(tmp_path))
    assert list(tmp_path.iterdir()) == []
    assert MadeKeys.read(EvidenceDirectory(tmp_path)).keys == ()


@pytest.mark.parametrize("key", ["1", '{"certificate": "00", "key": "00"}'])
def test_what_cannot_be_read_is_none(key: str, tmp_path: Path) -> None:
    """A bundle may be a stranger's."""
    EvidenceDirectory(tmp_path).keys_path.write_text(f'{{"keys": [{key}]}}')
    assert MadeKeys.read(EvidenceDirectory(tmp_path)).keys == ()
