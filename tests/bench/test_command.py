"""What `python -m tools.bench` takes from its command line."""

import pytest

from harness.errors import UsageError
from harness.machines import BOOT_PATHS
from tools.bench import boot
from tools.bench.__main__ import main
from tools.bench.command import ALONE, chosen_paths
from tools.bench.setting import PROJECT_DIR


@pytest.mark.parametrize(
    ("ids", "chosen"),
    [
        ([], list(boot.DEFAULT_PATHS)),
        (["x64-tftp-ipv6"], ["x64-tftp-ipv6"]),
        (["all"], [id for id in BOOT_PATHS if not id.startswith("arm64-")]),
    ],
)
def test_paths_are_chosen_by_id(ids: list[str], chosen: list[str]) -> None:
    assert [path.id for path in chosen_paths(ids)] == chosen


def test_an_unknown_path_names_the_known() -> None:
    with pytest.raises(UsageError, match=r"x64-carrier-pigeon(?s:.)*bios-ipxe-rom"):
        chosen_paths(["x64-carrier-pigeon"])


@pytest.mark.parametrize("words", [["everything"], ["--runs", "0"], ["--runs", "many"]])
def test_wrong_use_shows_the_usage(words: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2


@pytest.mark.parametrize("subject", ALONE)
def test_some_are_measured_of_one_tree_alone(
    subject: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([subject, "--beside", str(PROJECT_DIR)]) != 0
    assert f"{subject} measures one tree alone" in capsys.readouterr().err
