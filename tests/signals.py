"""How what is to be ended by a signal is started."""

AS_AT_A_TERMINAL = ("env", "--default-signal")
"""Before a command: whoever runs the tests may ignore signals, by `nohup` or in the background, and
what they start would ignore them as well (signal(7))."""
