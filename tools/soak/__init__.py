"""Whether boots stay green while the machine has other work: `make soak`.

It boots the default entry by every boot path, over and over, with other load on
all cores and on the disk, and counts. One red boot is one too many.
"""
