"""A guest's serial console: read, shown, searched for failures, typed on."""
