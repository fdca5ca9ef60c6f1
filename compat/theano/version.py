"""`theano.version`: 1.0.5, whatever the version of the package that provides it."""

from ._version import get_versions

FALLBACK_VERSION = "1.0.5+unknown"

full_version = get_versions()["version"]
git_revision = get_versions()["full-revisionid"]
short_version = full_version.split("+")[0]
release = short_version.split(".")[2].isdigit()
version = short_version if release else full_version
