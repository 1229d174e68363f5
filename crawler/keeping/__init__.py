"""What was received and is kept: archive, looks at links, answers shared by the units of a sweep."""
