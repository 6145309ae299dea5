"""What any site is asked: no entry, file or address is named. In the wheel: `harness.promises`."""
