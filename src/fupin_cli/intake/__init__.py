"""Files → typed tables, with every bad cell named."""
