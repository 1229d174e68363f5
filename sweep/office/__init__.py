"""What an evaluating office does beside sweeps: cases, reviews, watching, packs."""
