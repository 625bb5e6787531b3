"""The command ``glossator``, and ``python -m glossator``."""

from glossator.garbage import lasting

with lasting():
    from glossator.cli import main

if __name__ == "__main__":
    main()
