"""One parsed page: its parts, what scripts write into it, what a person sees of it, dates."""
