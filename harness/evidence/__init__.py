"""Evidence: what was on the wire, in the logs and on the console, and what it proves.

Reads only. Nothing here starts a process or knows a lab; a verdict can be given
again tomorrow, from the files that a scenario left.
"""
