"""`thread`: threads of the lowest level."""

from _thread import allocate_lock, error, exit, get_ident, interrupt_main, start_new_thread

allocate, start_new = allocate_lock, start_new_thread

__all__ = [
    "allocate",
    "allocate_lock",
    "error",
    "exit",
    "get_ident",
    "interrupt_main",
    "start_new",
    "start_new_thread",
]
