"""One execution of one approved request: prepare, execute, revert, end. Knows ports, never a library or a device's words."""
