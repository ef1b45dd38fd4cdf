"""`python -m smokegate` is `smokegate`."""

from __future__ import annotations

import sys

from smokegate.cli import main

sys.exit(main())
