"""Cisco-like switches over SSH; the only place of netmiko and NAPALM."""

from netops.drivers.ios.driver import IosDriver, open_driver

__all__ = ["IosDriver", "open_driver"]
