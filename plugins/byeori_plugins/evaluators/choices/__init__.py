"""What the evaluator `multiple-choice` is made of."""
