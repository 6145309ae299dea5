"""What all tests of the harness need."""

from tests.fuzz import register_profiles

register_profiles()
