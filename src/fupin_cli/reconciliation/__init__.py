"""Due × approved × paid → one verdict for every line, and the sums that prove it."""
