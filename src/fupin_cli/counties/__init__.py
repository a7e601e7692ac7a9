"""Many counties at once: each a task of its own in a worker, and what no county can see alone."""
