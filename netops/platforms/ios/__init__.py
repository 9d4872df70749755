"""Cisco-like switches (IOS 12.2 and later, IOS XE): pure text, no I/O; the driver is `netops.drivers.ios`."""

from netops.platforms.ios.platform import Ios

PLATFORM = Ios()
