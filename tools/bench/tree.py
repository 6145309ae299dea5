"""Another checkout beside this one: its pytest, in its own environment, does what is measured.

Of that tree nothing is known but its `.venv`, its options and its scenarios' names.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness import process
from harness.errors import HarnessError, UsageError
from harness.machines import BootPath
from harness.plan.boot_text import BOOT_SUFFIX
from harness.site.approved import BOOTS_DIR
from tools.bench import probe
from tools.bench.boot import Boot, choice
from tools.bench.setting import PROJECT_DIR, Setting
from tools.bench.stopwatch import Lap

_SITE = Path("fixtures", "showmax")
_SCENARIO = "test_default_entry.py"
"""In trees from before boots were approved: the module that boots each path untouched."""
_PLUGINS = "bench_of_another_tree"
"""The name under which `tools.bench` is a package there."""
_LAB_ALONE = '''"""A lab and nothing else."""


def test_up(lab: object) -> None:
    """Bring one up, and take it down."""
'''
_TIMEOUT_S = 600.0
_KEEPS_NOTHING = "PYTHONDONTWRITEBYTECODE"


@dataclass(frozen=True, kw_only=True)
class Tree:
    """A checkout, with its environment."""

    name: str
    dir: Path

    @property
    def pytest_path(self) -> Path:
        """Its own pytest."""
        return self.dir / ".venv" / "bin" / "pytest"

    def pytest(
        self, words: Sequence[str], evidence_dir: Path, *, timeout_s: float = _TIMEOUT_S
    ) -> str:
        """Run its pytest with these words; give the last line.

        Raises:
            CommandError: it did not end well.
        """
        return self._pytest(words, evidence_dir, env=self.environment, timeout_s=timeout_s)

    def probed(self, words: Sequence[str], evidence_dir: Path) -> list[probe.Probed]:
        """Run its pytest with these words and the probe; give what that has seen of each scenario.

        Raises:
            CommandError: it did not end well.
        """
        plugins = evidence_dir / "plugins"
        plugins.mkdir()
        (plugins / _PLUGINS).symlink_to(Path(probe.__file__).parent)
        environment = {**self.environment, "PYTHONPATH": str(plugins)}
        words = ("-p", f"{_PLUGINS}.probe", *words)
        self._pytest(words, evidence_dir, env=environment, timeout_s=_TIMEOUT_S)
        return probe.read(evidence_dir)

    def _pytest(
        self, words: Sequence[str], evidence_dir: Path, *, env: Mapping[str, str], timeout_s: float
    ) -> str:
        """Run its pytest on its own reference site."""
        command = self.command(words, evidence_dir)
        done = process.run(command, cwd=self.dir, env=env, timeout_s=timeout_s)
        return done.stdout.splitlines()[-1].strip("= ")

    def command(self, words: Sequence[str], evidence_dir: Path) -> list[str]:
        """Give the command line of its pytest, on its own reference site, with these words."""
        return [
            *(str(self.pytest_path), "-c", str(self.dir / "pyproject.toml")),
            *("--rootdir", str(self.dir), "--site", str(self.dir / _SITE)),
            *("--no-progress", "--evidence", str(evidence_dir), *words),
        ]

    def up(self, words: Sequence[str], evidence_dir: Path) -> list[str]:
        """Give the command line of its `harness up`, on its own reference site."""
        program = self.pytest_path.with_name("harness")
        return [
            *(str(program), "up", "--site", str(self.dir / _SITE)),
            *("--evidence", str(evidence_dir), *words),
        ]

    def untouched(self, *paths: BootPath) -> list[str]:
        """Give the words for its pytest with which these boot paths boot the default entry.

        Raises:
            HarnessError: it has no such tests.
        """
        if module := next((self.dir / "scenarios").rglob(_SCENARIO), None):
            return [str(module), "-k", " or ".join(path.id for path in paths)]
        files = [self.dir / _SITE / BOOTS_DIR / f"{path.id}{BOOT_SUFFIX}" for path in paths]
        for file in files:
            if not file.is_file():
                raise HarnessError(f"{self.dir} has neither {_SCENARIO} nor {file}")
        return list(map(str, files))

    @property
    def environment(self) -> dict[str, str]:
        """Ours, but that Python keeps what it has compiled, as it does for people."""
        return {name: os.environ[name] for name in os.environ if name != _KEEPS_NOTHING}


def here() -> Tree:
    """Give this checkout."""
    return Tree(name="now", dir=PROJECT_DIR)


def checkout(directory: Path) -> Tree:
    """Give the tree to compare with.

    Raises:
        UsageError: there is none, or it has no environment.
    """
    tree = Tree(name="before", dir=directory.absolute())
    if not tree.pytest_path.exists():
        raise UsageError(
            f"{directory} is not a checkout with an environment", cure=f"make -C {directory} venv"
        )
    return tree


def boot_in(
    setting: Setting, path: BootPath, directory: Path, *, tree: Tree, start: str = "auto"
) -> Boot:
    """Boot the default entry by a tree's own tests; a first time does not count.

    That one imports, and looks up what a run looks up once.
    """
    words = (
        *(*tree.untouched(path), "-m", "slow or not slow", "--repeat", "2"),
        *("--accel", setting.accelerator.name, "--start", start),
    )
    laps, power_on_s = tree.probed(words, directory)[-1]
    # `latest` leads to the same.
    captures = {found.resolve() for found in directory.glob("*/*/wire.pcap")}
    seen = choice(max(captures, key=lambda found: found.stat().st_mtime), setting.site)
    choice_s = seen.time_s - power_on_s
    return Boot(
        wall_s=sum(lap.wall_s for lap in laps.values()),
        up_s=laps["up"].wall_s,
        choice_s=choice_s,
        verdict_s=laps["body"].wall_s - choice_s,
        down_s=laps["down"].wall_s,
        cpu_s=sum(lap.cpu_s for lap in laps.values()),
        offer_s=seen.offer_s,
    )


def labs_in(tree: Tree, directory: Path, *, count: int) -> list[dict[str, Lap]]:
    """Let so many labs of a tree's go up and down, after a first one that does not count."""
    test = directory / "test_lab_alone.py"
    test.write_text(_LAB_ALONE)
    return [laps for laps, _ in tree.probed((str(test), "--repeat", str(count + 1)), directory)[1:]]
