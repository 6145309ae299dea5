"""Learning what a site's machines do: which boot at all, and what every item of a menu boots.

Owns the search. What one boot did is told by `harness.describe`, run by `harness.lab`.
"""
