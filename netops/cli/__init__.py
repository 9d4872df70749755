"""The command line: parse, call, print; no other logic."""
