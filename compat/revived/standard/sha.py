"""`sha`: one hash function."""

from ...python2.modules.hashlib import sha1

new = sha = sha1
digest_size = 20
