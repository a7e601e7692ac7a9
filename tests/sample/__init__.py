"""The made-up county of `sample_data/`: people, posts and payments by a seeded generator, with planted violations."""
