"""What is signed is signed, by that key, and stays what it was."""

import pytest

from harness.assets.signing import signed
from harness.assets.stub import stub, with_entry
from harness.certificate import Certified
from harness.errors import PrerequisiteError, UsageError
from harness.host import tools
from harness.machines.program import program_of

needs_sbsign = pytest.mark.skipif(tools.find("sbsign") is None, reason="sbsigntool is missing")


@pytest.fixture(scope="module")
def key() -> Certified:
    """Make one for all: keys take time."""
    return Certified.by_itself("A key")


@needs_sbsign
def test_a_kernel_keeps_all_that_it_was(key: Certified) -> None:
    image = stub().x64_path.read_bytes()
    image = with_entry(image, token="token", entry="showmax", needs_initrd=True)
    made = signed(image, key)
    assert len(made) > len(image)
    assert b"A key" in made
    assert program_of(made) == program_of(image)
    # But for the checksum, and the place of the signature.
    differing = [at for at, byte in enumerate(image) if made[at] != byte]
    assert len(differing) <= 12


@needs_sbsign
def test_what_is_no_program(key: Certified) -> None:
    with pytest.raises(UsageError, match="cannot be signed as a program for UEFI"):
        signed(b"#!ipxe\n", key)


def test_without_its_tool(key: Certified, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "find", lambda tool: None)
    with pytest.raises(PrerequisiteError, match="sbsign") as caught:
        signed(b"MZ", key)
    assert "sbsigntool" in str(caught.value)
