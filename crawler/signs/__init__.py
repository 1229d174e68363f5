"""What a page is and whose: kind, identity, footer, accessibility entry."""
