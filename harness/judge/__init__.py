"""The judge: what speaks against a boot, by all that the witnesses have seen of it.

Reads only. Nothing here starts a process or knows a lab; a boot can be judged
again tomorrow, from the files that it left.
"""
