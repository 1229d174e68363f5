"""Making a sweep: units at work, their stages, what is repeated and rendered, progress."""
