"""Joins the stages: reads the unit list, plans a sweep, runs it, judges and scores what is stored."""
