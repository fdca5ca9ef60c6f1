"""How `compat.unpickle` works: a machine that reads, records, tables, a translator."""
