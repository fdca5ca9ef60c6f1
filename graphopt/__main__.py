"""``python -m graphopt`` is the console command ``graphopt``."""

from graphopt.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
