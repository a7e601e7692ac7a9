"""What a job comes to: counts and sums of it as short methods."""
