"""A simulated IOS-like switch: command grammar, configuration tree, show output, SSH shell; refuses file transfer."""
