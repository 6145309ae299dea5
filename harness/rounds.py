"""Whether what comes one after the other goes round: in a circle, with nothing new in it."""

from collections.abc import Hashable, Sequence


def goes_round(seen: Sequence[Hashable], *, sizes: range, rounds: int) -> bool:
    """Whether these end in a circle of such a size, so often gone round and begun again."""
    return any(
        len(turns) == rounds * size + 1 and turns[:-size] == turns[size:]
        for size in sizes
        for turns in (seen[-rounds * size - 1 :],)
    )
