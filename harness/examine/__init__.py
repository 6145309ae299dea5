"""Read a site's files for what looks wrong, before anything is started.

`harness.site.check` refuses what no lab can be made of. This tells what an operator would want
to know: scripts, DHCP's answers, names and daemons that do not fit together.
"""
