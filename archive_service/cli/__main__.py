"""`python -m archive_service.cli`, which the supervisor uses to start helpers of the command line."""

import sys

from archive_service.cli import main

sys.exit(main())
