"""Pickles of models: arrays in files of their own inside a zip, without traces, from Python 2.

Pickles from elsewhere run whatever they name; `compat.unpickle` reads them without that danger.
"""

import io
import pickle
import sys
import warnings
import zipfile
from collections import defaultdict
from pickle import DEFAULT_PROTOCOL, HIGHEST_PROTOCOL
from typing import ClassVar

import numpy as np

from ...unpickling.ordinary import ReadsTheano, Unpickler
from ..compat import PY3
from ..compile.sharedvalue import SharedVariable
from ..configdefaults import config
from ..gof.utils import scratchpad

__docformat__ = "restructuredtext en"
__all__ = [
    "DEFAULT_PROTOCOL", "HIGHEST_PROTOCOL", "PY3", "CompatUnpickler", "PersistentGpuArrayID",
    "PersistentNdarrayID", "PersistentNdarrayLoad", "PersistentSharedVariableID", "StripPickler", "dump",
    "load", "min_recursion", "zipadd",
]  # fmt: skip

min_recursion = 3000
"""Graphs are pickled node within node."""
sys.setrecursionlimit(max(min_recursion, sys.getrecursionlimit()))

Pickler = pickle.Pickler


class StripPickler(pickle._Pickler):
    """A pickler that leaves out the tags ``trace``, ``test_value`` and those of `extra_tag_to_remove`.

    They are taken off the objects themselves.
    """

    def __init__(self, file, protocol=0, extra_tag_to_remove=None):
        super().__init__(file, protocol)
        self.tag_to_remove = ["trace", "test_value", *(extra_tag_to_remove or ())]

    def save(self, obj, save_persistent_id=True):
        if isinstance(obj, scratchpad):
            for tag in self.tag_to_remove:
                obj.__dict__.pop(tag, None)
        return super().save(obj, save_persistent_id)


class CompatUnpickler(ReadsTheano, pickle._Unpickler):
    """An unpickler for files of Python 2: ``CompatUnpickler(file, encoding="latin1").load()``.

    What the real Theano pickled is read as well. A call that fails is tried again with its texts as bytes.
    """

    dispatch: ClassVar[dict] = dict(pickle._Unpickler.dispatch)

    def load_reduce(self):
        arguments = self.stack.pop()
        function = self.stack[-1]
        try:
            self.stack[-1] = function(*arguments)
        except Exception:
            encoded = [a.encode(self.encoding) if isinstance(a, str) else a for a in arguments]
            try:
                self.stack[-1] = function(*encoded)
            except Exception:
                pass
            else:
                return
            raise

    dispatch[pickle.REDUCE[0]] = load_reduce


load_reduce = CompatUnpickler.load_reduce


class PersistentNdarrayID:
    """Puts every array of a pickle into `zip_file` as a NumPy file, ``array_0`` and so on."""

    def __init__(self, zip_file):
        self.zip_file = zip_file
        self.count = 0
        self.seen = {}

    def _resolve_name(self, obj):
        """Return the name of the file that `obj` goes to."""
        self.count += 1
        return f"array_{self.count - 1}"

    def __call__(self, obj):
        if type(obj) is not np.ndarray:
            return None
        if id(obj) not in self.seen:
            name = self._resolve_name(obj)
            zipadd(lambda file: np.lib.format.write_array(file, obj), self.zip_file, name)
            self.seen[id(obj)] = f"ndarray.{name}"
        return self.seen[id(obj)]


class PersistentGpuArrayID(PersistentNdarrayID):
    """The same: there are no arrays of a GPU."""


class PersistentSharedVariableID(PersistentGpuArrayID):
    """Names the files of shared variables like them; ``x``, ``x_2``, ``x_3`` if they share a name.

    Raises
    ------
    ValueError
        If a shared variable has no name and not `allow_unnamed`, or another's and not `allow_duplicates`.
    """

    def __init__(self, zip_file, allow_unnamed=True, allow_duplicates=True):
        super().__init__(zip_file)
        self.name_counter = defaultdict(int)
        self.ndarray_names = {}
        self.allow_unnamed = allow_unnamed
        self.allow_duplicates = allow_duplicates

    def _resolve_name(self, obj):
        name = self.ndarray_names.get(id(obj))
        if name is None:
            return super()._resolve_name(obj)
        self.name_counter[name] += 1
        count = self.name_counter[name]
        if count > 1 and not self.allow_duplicates:
            raise ValueError(f"multiple shared variables with the name `{name}` found")
        return name if count == 1 else f"{name}_{count}"

    def __call__(self, obj):
        if isinstance(obj, SharedVariable):
            if obj.name:
                self.ndarray_names[id(obj.container.storage[0])] = obj.name
            elif not self.allow_unnamed:
                raise ValueError(f"unnamed shared variable, {obj}")
        return super().__call__(obj)


class PersistentNdarrayLoad:
    """Reads the arrays of a pickle back from `zip_file`."""

    def __init__(self, zip_file):
        self.zip_file = zip_file
        self.cache = {}

    def __call__(self, persid):
        array_type, name = persid.split(".")
        if name not in self.cache:
            with self.zip_file.open(name) as file:
                if array_type == "gpuarray":
                    pickle.load(file)  # the name of the GPU
                    if not config.experimental.unpickle_gpu_on_cpu:
                        raise ImportError(
                            "pygpu not found. Cannot unpickle GpuArray. Set the flag "
                            "experimental.unpickle_gpu_on_cpu to read it as a NumPy array."
                        )
                    warnings.warn(
                        "config.experimental.unpickle_gpu_on_cpu is set to True. Unpickling GpuArray as "
                        "numpy.ndarray",
                        stacklevel=2,
                    )
                self.cache[name] = np.lib.format.read_array(file)
        return self.cache[name]


def dump(obj, file_handler, protocol=DEFAULT_PROTOCOL, persistent_id=PersistentSharedVariableID):
    """Write `obj` to a zip: a file ``pkl``, and a file for each array, which `numpy.load` reads too.

    ``persistent_id(zip_file)`` says what gets a file of its own.
    """
    with zipfile.ZipFile(file_handler, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as zip_file:
        stream = io.BytesIO()
        pickler = pickle.Pickler(stream, protocol=protocol)
        pickler.persistent_id = persistent_id(zip_file)
        pickler.dump(obj)
        zip_file.writestr("pkl", stream.getvalue())


def load(f, persistent_load=PersistentNdarrayLoad):
    """Return what `dump` wrote to the file `f`."""
    with zipfile.ZipFile(f, "r") as zip_file:
        unpickler = Unpickler(io.BytesIO(zip_file.read("pkl")))
        unpickler.persistent_load = persistent_load(zip_file)
        return unpickler.load()


def zipadd(func, zip_file, name):
    """Add to `zip_file` the file `name`, with what ``func(file)`` writes."""
    stream = io.BytesIO()
    func(stream)
    zip_file.writestr(name, stream.getvalue())
