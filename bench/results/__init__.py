"""What a run leaves behind: records, their schema, the run's folder."""
