"""What a month is: its tables and what follows from them."""
