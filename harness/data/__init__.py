"""The files that guests and labs are given, which the installed package carries along."""

from pathlib import Path

DATA_DIR = Path(__file__).parent
