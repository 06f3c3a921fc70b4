"""nbgrader's side: read a submission, judge it, record its scores, write feedback and the class report."""
