"""Record what `keras_models` prints on the real Theano 1.0.5: ``record_keras.py PYTHON FOLDER [NAME...]``.

PYTHON is an interpreter with Theano 1.0.5 (3.7, numpy 1.19.5, scipy 1.7.3, h5py 2.10.0); FOLDER holds the
libraries as ``test_libraries`` wants them. NAME is one of its cases, such as ``keras-1.2.2-mlp-float64``.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CASES = [
    f"keras-{version}-{model}-{floatx}"
    for version in ("1.2.2", "2.3.1")
    for model in ("mlp", "cnn", "lstm")
    for floatx in ("float32", "float64")
]


def configure(home: Path, floatx: str) -> None:
    """Write Keras' own configuration below `home`."""
    options = {"backend": "theano", "floatx": floatx, "epsilon": 1e-7, "image_data_format": "channels_first"}
    (home / ".keras").mkdir()
    (home / ".keras" / "keras.json").write_text(json.dumps({**options, "image_dim_ordering": "th"}))


def main() -> None:
    """Record every case, or those named."""
    python, folder, *names = sys.argv[1:]
    for case in names or CASES:
        library, model, floatx = case.rsplit("-", 2)
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        environment["PYTHONPATH"] = os.pathsep.join(
            [str(Path(folder, library)), os.environ.get("PYTHONPATH", "")]
        )
        command = [python, HERE / "keras_models.py", model]
        with tempfile.TemporaryDirectory() as home:
            configure(Path(home), floatx)
            environment["HOME"] = home
            printed = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout
        (HERE / "recorded" / f"{case}.txt").write_bytes(printed)


if __name__ == "__main__":
    main()
