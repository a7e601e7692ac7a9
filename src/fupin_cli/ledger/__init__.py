"""What was drafted, approved and brought forward: append-only, in the workspace, all of a posting or nothing."""
