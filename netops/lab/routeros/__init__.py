"""A simulated RouterOS device; takes nothing from the drivers or platforms it is there to test."""
