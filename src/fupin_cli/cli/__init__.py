"""The command line: arguments in, a job called, a result rendered, an exit code out."""
