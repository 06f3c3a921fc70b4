"""nbgrader's side: ingest a submission, judge it, record scores, feedback, class report."""
