"""Databases of optimizers and queries to them, under Theano's names."""

from pytensor.graph.rewriting.db import EquilibriumDB, LocalGroupDB, ProxyDB, SequenceDB, TopoDB
from pytensor.graph.rewriting.db import RewriteDatabase as DB
from pytensor.graph.rewriting.db import RewriteDatabaseQuery as Query

__all__ = ["DB", "EquilibriumDB", "LocalGroupDB", "ProxyDB", "Query", "SequenceDB", "TopoDB"]
