"""What is known of a menu grows as it is drawn, and as keys go through it."""

from dataclasses import replace

from harness.guest.menus.any_menu import MORE, SeenMenu
from harness.loaders.base import DrawnMenu

PAGES = [("a", "b", "c"), ("", "b", "d"), ("e",)]


def page(number: int, at: int, *, counts_down_s: int | None = None) -> DrawnMenu:
    """A page of a menu as iPXE draws it: with rows that another has, too."""
    return DrawnMenu(
        title="Menu",
        items=PAGES[number],
        at=at,
        counts_down_s=counts_down_s,
        more_above=number > 0,
        more_below=number < len(PAGES) - 1,
        page=3,
    )


def test_rows_are_those_of_the_last_look_and_the_count_down_that_of_the_first() -> None:
    menu = SeenMenu(replace(page(2, 0), items=("Live", "Resc"), counts_down_s=5, more_above=False))
    for items, left in ((("Live", "Rescue"), 5), (("Live", "Rescue"), 4)):
        menu.see(replace(menu.drawn, items=items, counts_down_s=left))
    assert menu.shown == (("Live", "Rescue"), 0)
    assert menu.counts_down_s == 5


def test_rows_that_nobody_has_seen_are_named_where_they_are() -> None:
    assert SeenMenu(page(1, 1)).shown == ((MORE, "", "b", "d", MORE), 2)
    assert SeenMenu(page(0, 1)).shown == (("a", "b", "c", MORE), 1)


def test_pages_are_put_together_from_whichever_comes_first() -> None:
    menu = SeenMenu(page(1, 1))
    menu.touch()
    for drawn, down in (
        (page(1, 2), True),
        (page(2, 0), True),
        (page(1, 2), False),
        (page(0, 2), False),
    ):
        menu.moved(drawn, down=down)
    assert menu.shown == (("a", "b", "c", "", "b", "d", "e"), 4)
    assert menu.at == 2


def test_a_menu_that_goes_on_row_by_row_is_put_together_too() -> None:
    def window(first: int, at: int) -> DrawnMenu:
        return DrawnMenu(title=None, items=tuple("abcde"[first : first + 3]), at=at)

    menu = SeenMenu(window(1, 1))
    menu.touch()
    for first, at, down in (
        (1, 2, True),
        (2, 2, True),
        (2, 0, False),
        (1, 0, False),
        (0, 0, False),
    ):
        menu.moved(window(first, at), down=down)
    assert menu.shown == (tuple("abcde"), 2)
    assert menu.at == 0


def test_the_count_down_ends_with_the_first_key() -> None:
    menu = SeenMenu(page(0, 1, counts_down_s=9))
    menu.touch()
    menu.moved(page(0, 2), down=True)
    assert (menu.counts_down_s, menu.shown[1]) == (9, 1)


def test_it_is_known_on_which_rows_the_bar_has_stood() -> None:
    menu = SeenMenu(page(1, 2))
    menu.touch()
    for drawn, down in ((page(2, 0), True), (page(1, 1), False), (page(0, 0), False)):
        menu.moved(drawn, down=down)
    assert menu.stood_on == ("a", "b", "d", "e")


def test_a_menu_that_goes_round_is_told_from_one_that_goes_on() -> None:
    menu = SeenMenu(page(2, 0))
    menu.touch()
    assert not menu.has_gone_round(page(1, 2), down=False)
    for number in (1, 0):
        menu.moved(page(number, 2), down=False)
    assert menu.has_gone_round(page(2, 0), down=False)
    menu.moved(page(2, 0), down=False)
    assert menu.at == 6
    assert menu.has_gone_round(page(0, 0), down=True)
    menu.moved(page(0, 0), down=True)
    assert menu.at == 0
    assert menu.shown[0] == ("a", "b", "c", "", "b", "d", "e")
