"""Documents for people, from recorded facts only; refuses to print what was not recorded."""
