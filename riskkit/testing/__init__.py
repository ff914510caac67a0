"""Checks and made-up data that the tests of plug-ins can import."""
