"""fupin: checks and pays a county's employment-assistance subsidies, each figure with the clause it rests on."""

__version__ = "0.2.0"
