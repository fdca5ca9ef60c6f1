"""Modules of the standard library as Python 2 had them, where they are still there and have changed.

Everything they do not define comes from today's module of the same name.
"""
