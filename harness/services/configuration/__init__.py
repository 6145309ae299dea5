"""The configuration files of daemons, as far as the harness reads them itself.

A daemon alone knows what its file means and whether it is right. These say where in it
a word stands, for messages and for what a site's own files tell of its server.
"""
