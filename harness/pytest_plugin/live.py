"""One region at a terminal's foot that shows a run as it goes, drawn by rich.

What is printed meanwhile goes above it. Colours are rich's to leave out where NO_COLOR is set.
"""

import os
from contextlib import ExitStack
from typing import TextIO, cast

import pytest
from rich.console import Console, Group
from rich.file_proxy import FileProxy
from rich.live import Live
from rich.table import Table
from rich.text import Text

from harness.pytest_plugin.board import Board, Ended, duration_words, result_line
from harness.pytest_plugin.private import printed_to

_AROUND = 4
"""Lines of a terminal that are left to what is printed above."""


class LiveView:
    """Shows a board until it is closed; of what has ended it keeps only what is red."""

    def __init__(self, board: Board, reporter: pytest.TerminalReporter) -> None:
        """Only store."""
        self._board = board
        self._reporter = reporter
        # Beside a test pytest takes the terminal itself away (its capture): not this descriptor.
        self._out: TextIO = os.fdopen(os.dup(1), "w", buffering=1)
        self.console = Console(file=self._out, force_terminal=True, highlight=False)
        self._undoing = ExitStack()
        self._live = Live(
            console=self.console,
            get_renderable=self.region,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def open(self) -> None:
        """Begin to show, with the first test."""
        if self._live.is_started:
            return
        self._reporter.ensure_newline()
        self._live.start()
        above = cast("TextIO", FileProxy(self.console, self._out))
        self._undoing.enter_context(printed_to(self._reporter, above))

    def close(self) -> None:
        """Leave the terminal to others; harmless the second time."""
        if self._live.is_started:
            self._undoing.close()
            self._live.stop()
            self._out.close()

    def end(self, ended: Ended) -> None:
        """Print what is red, above."""
        if ended.is_red:
            line = result_line(ended, self._board.total)
            self.console.print(Text(line, style="red"), soft_wrap=True)
        self.refresh()

    def say(self, name: str, what: str) -> None:
        """Print what somebody wants to know later, above."""
        self.console.print(Text(f"{name}: {what}"), soft_wrap=True)

    def refresh(self) -> None:
        """Draw it now."""
        if self._live.is_started:
            self._live.refresh()

    def region(self) -> Group:
        """Draw it: the count, the time left, and what each scenario waits for."""
        board, now_s = self._board, self._board.clock()
        left = board.left_s
        parts = [f"[{board.ended}/{board.total}]", f"{board.red} red" if board.red else ""]
        parts.append(f"about {duration_words(left)} left" if left else "")
        head = Text(" · ".join(filter(None, parts)), style="bold red" if board.red else "bold")
        rows = Table.grid(padding=(0, 2))
        waits = list(board.waits.items())  # at once: others tell of theirs meanwhile
        longest = max((len(name) + 2 for name, _ in waits), default=0)
        width = min(longest, self.console.width // 2)
        rows.add_column(no_wrap=True, overflow="ellipsis", min_width=width, max_width=width)
        rows.add_column(no_wrap=True, overflow="ellipsis", style="dim")
        rows.add_column(justify="right", style="dim")
        for name, wait in waits[: max(1, self.console.height - _AROUND)]:
            rows.add_row(f"  {name}", wait.what, f"{now_s - wait.since_s:.0f} s")
        return Group(head, rows)
