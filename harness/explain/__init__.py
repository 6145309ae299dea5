"""A capture of somebody's own network, explained: who asked what, who answered, where it stopped.

Owns what a capture alone needs: who in it boots, and what is said of each. The frames are read by
the wire's readers, and judged by the judge's rules, those that need neither console nor logs.
"""
