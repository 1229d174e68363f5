"""From stored evidence to results and scores."""
