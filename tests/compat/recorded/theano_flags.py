"""The flags of Theano 1.0.5 on a machine without a GPU. To record again, in an environment that has it:

python tests/compat/recorded/theano_flags.py
"""

import json
import re
from pathlib import Path

OF_THIS_MACHINE = {"base_compiledir", "compiledir", "cxx", "gpuarray.cache_path"}

if __name__ == "__main__":
    from theano.configparser import _config_var_list

    flags = {
        flag.fullname: {
            "kind": type(flag).__name__,
            "text": re.sub(" at 0x[0-9a-f]+", "", str(flag)),
            "value": None if flag.fullname in OF_THIS_MACHINE else repr(flag.__get__(True, None)),
            "can change": flag.allow_override,
            "in the key of C code": flag.in_c_key,
        }
        for flag in _config_var_list
    }
    path = Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(flags, indent=1, sort_keys=True) + "\n", encoding="utf-8")
