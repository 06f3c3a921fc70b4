"""Whether to try more than a run of all the tests has time for: AUTOGRADER_THOROUGH=1."""

import os

THOROUGH = bool(os.environ.get("AUTOGRADER_THOROUGH"))
