"""Checks of the command line and of the process: the shipped binary, run as a deployer runs it."""
