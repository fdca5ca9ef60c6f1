"""Child processes: started, waited for, read. On Windows no console window opens."""

import os
import subprocess


def subprocess_Popen(command, **params):
    """Return ``subprocess.Popen(command, **params)``, with nothing to read unless `stdin` is given."""
    if os.name == "nt":
        startup = subprocess.STARTUPINFO()
        startup.dwFlags |= subprocess.STARTF_USESHOWWINDOW
        params.update(startupinfo=startup, shell=True)
        if isinstance(command, list):
            command = " ".join(command)
    params.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen(command, **params)


def call_subprocess_Popen(command, **params):
    """Run `command` in silence and return its exit code."""
    if "stdout" in params or "stderr" in params:
        raise TypeError("don't use stderr or stdout with call_subprocess_Popen")
    return subprocess_Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **params).wait()


def output_subprocess_Popen(command, **params):
    """Run `command`; return what it wrote to stdout and to stderr, and its exit code."""
    if "stdout" in params or "stderr" in params:
        raise TypeError("don't use stderr or stdout with output_subprocess_Popen")
    process = subprocess_Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **params)
    return (*process.communicate(), process.returncode)
