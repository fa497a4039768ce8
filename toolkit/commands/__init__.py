"""The subcommands of ``spec14``: each is a thin composition of stages."""
