"""Pages about the project itself: kept true by tests."""
