"""`md5`: one hash function."""

from ...python2.modules.hashlib import md5

new = md5
digest_size = 16
