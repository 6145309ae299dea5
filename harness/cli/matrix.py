"""`harness matrix`: what each tier runs, how much it is, how long it takes; boots nothing."""

from collections.abc import Callable

from harness.pytest_plugin.survey import Survey, matrix_of_project, survey
from harness.pytest_plugin.tier_file import MatrixFile

Say = Callable[[str], None]
_ROW = "  {:<{parts}} {:<{places}} {:>6} {:>10}"
_HEAD = "MADE OF", "SCENARIOS", "BOOTS", "GUEST TIME"


def show_matrix(name: str, say: Say) -> int:
    """Show a tier, or all of them; 1 where one takes longer than it may."""
    matrix = matrix_of_project()
    if name:
        matrix.tier(name)
    found = {tier: survey(tier) for tier in ((name,) if name else matrix.tiers)}
    if not name:
        _say_axes(matrix, say)
    for tier, each in found.items():
        say(f"{tier}: {matrix.tiers[tier].what}")
        if name:
            _say_shares(each, say)
        say(f"  {each.forecast}")
        for because, count in each.left_out.most_common():
            say(f"  left out: {count}: {because}")
        say(f"  pytest --tier {tier}")
    if not name:
        used = {because for each in found.values() for because in each.left_out}
        for idle in (each for each in matrix.exclusions if each.because not in used):
            say(f"in no tier this leaves out anything: {idle}: {idle.because}")
    return 0 if all(each.forecast.is_within for each in found.values()) else 1


def _say_axes(matrix: MatrixFile, say: Say) -> None:
    say(f"{matrix.path.name}:")
    for axis in type(matrix.axes).model_fields:
        if words := getattr(matrix.axes, axis):
            say(f"  {axis:<10} {', '.join(words)}")
    for each in matrix.exclusions:
        say(f"  not        {each}: {each.because}")
    say("")


def _say_shares(found: Survey, say: Say) -> None:
    named = [_HEAD[:2], *found.shares]
    widths = {
        "parts": max(len(made_of) for made_of, _ in named),
        "places": max(len(place) for _, place in named),
    }
    say(_ROW.format(*_HEAD, **widths))
    before = ""
    for (made_of, place), share in found.shares.items():
        shown = "" if made_of == before else made_of
        say(_ROW.format(shown, place, share.boots, f"{share.takes_s / 60:.1f} min", **widths))
        before = made_of
