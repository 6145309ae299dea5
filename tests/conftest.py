"""What all tests of the harness need."""

import os
import time

from tests.fuzz import register_profiles

register_profiles()
# The machine that recorded the logs kept UTC, and a system log does not say so.
os.environ["TZ"] = "UTC"
time.tzset()
