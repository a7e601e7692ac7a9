"""The page for leaders: its data, its file, and how a real browser shows it."""
