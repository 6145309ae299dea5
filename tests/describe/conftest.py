"""The texts in `data` are what other boots were told as: they are compared, and boot nothing."""

collect_ignore_glob = ["data/*.boot"]
