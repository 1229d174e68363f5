"""What changed between sweeps, and looking again at what was found."""
