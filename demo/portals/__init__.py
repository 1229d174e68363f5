"""The portals of the demo city, one module per place; each plants its faults beside their truth."""
