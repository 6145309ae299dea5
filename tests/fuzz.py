"""How long the tests by random input look: briefly in `make test`, long in `make fuzz`.

In `make test` the input is the same each time: a red run can be repeated. `make fuzz`
(profile `deep`) takes other input each time, keeps what failed in `.hypothesis/`, and
prints what `@reproduce_failure` needs.
"""

from hypothesis import HealthCheck, settings

REPEATABLE, DEEP = "repeatable", "deep"
_PERCENT = 100
_DEPTH = 20
"""How many times more than in `make test`: about 20 minutes on two slow cores."""


def register_profiles() -> None:
    """Tell hypothesis both profiles, and take the short one."""
    settings.register_profile(
        REPEATABLE,
        max_examples=_PERCENT,
        derandomize=True,
        database=None,
        print_blob=True,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.register_profile(
        DEEP,
        max_examples=_PERCENT * _DEPTH,
        print_blob=True,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile(REPEATABLE)


def examples(count: int) -> settings:
    """Look at so many examples in `make test`, and at more in the same measure in `make fuzz`.

    To be called where a test is defined: pytest has loaded the profile by then.
    """
    return settings(max_examples=count * settings().max_examples // _PERCENT)
