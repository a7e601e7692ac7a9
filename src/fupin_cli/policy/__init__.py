"""The law: dated and cited parameters, months, rounding, ID numbers, pension age, county settings."""
