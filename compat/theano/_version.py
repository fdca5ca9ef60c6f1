"""The release of Theano that this package stands for."""

import json

version_json = """
{
 "date": "2020-07-27T18:09:29+0200",
 "dirty": false,
 "error": null,
 "full-revisionid": "f3bb5b755ec5e92fb60b5364d83a10878fa9a211",
 "version": "1.0.5"
}
"""


def get_versions():
    """Return version, date and revision as a dict."""
    return json.loads(version_json)
