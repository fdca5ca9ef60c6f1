"""The console command ``graphopt``: one module a subcommand, joined by `graphopt.cli.main`."""
