"""What gunicorn imports in the container: the trading backend on the variables of its container."""

from __future__ import annotations

import os
import sys

from sqlalchemy.exc import SQLAlchemyError

from smokegate.replica.trading.app import create_app

try:
    app = create_app(os.environ)
except SQLAlchemyError:
    sys.stderr.write("DB connectivity check failed\n")
    raise
