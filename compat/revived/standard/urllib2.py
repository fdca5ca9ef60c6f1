"""`urllib2`: URLs that are opened."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request

from ...python2.modules._rest import rest_of
from ...python2.modules.urllib import urlopen

__all__ = ["urlopen"]
__getattr__ = rest_of(urllib.request, urllib.error, urllib.parse)
