"""The walk over one portal."""
