"""Alembic's folder, run from storage/engine.py. Migrations are written by hand in versions/, one file per
revision, and listed in storage.tables.REVISIONS; a test compares the migrated database with the tables."""
