"""Where trials run: workers and the evaluator as child processes."""
