"""What a subcommand or cron does, from start to end: the only place that ties the rooms together."""
