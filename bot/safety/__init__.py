"""From scores to a decision: signals, urgency and the danger check."""
