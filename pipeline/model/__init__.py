"""The trained model: text to scores to bands, its explanation, and its files on disk."""
