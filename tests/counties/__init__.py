"""Many counties at once."""
