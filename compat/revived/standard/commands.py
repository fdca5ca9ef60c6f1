"""`commands`: what a shell command writes."""

from shlex import quote
from subprocess import getoutput, getstatusoutput

__all__ = ["getoutput", "getstatusoutput", "quote"]
