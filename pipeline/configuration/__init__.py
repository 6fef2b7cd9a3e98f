"""What people write in YAML: the schema, strict reading, overrides, and clear messages for every wrong value."""
