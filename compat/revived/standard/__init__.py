"""Modules of the standard library that are gone and are more than another name for one that is there."""
