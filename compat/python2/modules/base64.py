"""`base64` of Python 2: it takes and gives text."""

from __future__ import annotations

import base64 as _base64

from ._rest import bytewise, rest_of

b64decode = bytewise(_base64.b64decode)
b64encode = bytewise(_base64.b64encode)
decodestring = bytewise(_base64.decodebytes)
encodestring = bytewise(_base64.encodebytes)
standard_b64decode = bytewise(_base64.standard_b64decode)
standard_b64encode = bytewise(_base64.standard_b64encode)
urlsafe_b64decode = bytewise(_base64.urlsafe_b64decode)
urlsafe_b64encode = bytewise(_base64.urlsafe_b64encode)
__getattr__ = rest_of(_base64)
