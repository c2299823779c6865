"""Fields for evidence."""
