"""Makes the zip that installs fupin on a computer without internet."""
