"""Nouns, ports, errors and pure helpers that every other part may import; imports nothing of ours."""
