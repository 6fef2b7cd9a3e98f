"""Which lines of an article are not content, and why."""
