"""Thematic tagging of reports on police and security forces."""
