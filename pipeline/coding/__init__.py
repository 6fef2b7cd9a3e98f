"""Judged paragraphs: what coders said about which paragraph."""
