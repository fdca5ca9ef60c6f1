"""`sets`: sets before they were built in."""

Set = set
ImmutableSet = frozenset
BaseSet = (set, frozenset)
