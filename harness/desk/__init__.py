"""A desk: a lab that stands for a person, who watches it, works it and ends it."""
