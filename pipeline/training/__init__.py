"""Labels to a trained, measured model, and thresholds chosen again for a trained one."""
