"""`urllib` of Python 2, in one piece."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from typing import Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus, urlencode

from ..files import File
from ._rest import rest_of


def urlopen(url: Any, data: Any = None, *arguments: Any, **options: Any) -> File:
    return File.over(urllib.request.urlopen(url, data, *arguments, **options))


urlretrieve = urllib.request.urlretrieve

__all__ = ["quote", "quote_plus", "unquote", "unquote_plus", "urlencode", "urlopen", "urlretrieve"]
__getattr__ = rest_of(urllib.request, urllib.parse, urllib.error)
