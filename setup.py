"""Metadata of the graphopt distribution: the packages `graphopt` and `compat`."""

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
INIT = (HERE / "graphopt" / "__init__.py").read_text(encoding="utf-8")
VERSION = re.search(r'^__version__ = "(.+)"$', INIT, re.MULTILINE)[1]
EXTRAS = {
    "ui": ["tqdm"],
    "plot": ["matplotlib"],
    "data": ["pandas"],
    "sklearn": ["scikit-learn"],
    "import": ["h5py", "safetensors", "onnx>=1.21"],
    "port": ["fissix"],
    "milp": ["highspy>=1.8.1"],
    "dist": ["joblib", "dask[distributed]"],
}
EXTRAS["test"] = ["pytest", "hypothesis", *EXTRAS["port"]]
EXTRAS["dev"] = [
    *EXTRAS["test"],
    *EXTRAS["ui"],
    *EXTRAS["plot"],
    *EXTRAS["data"],
    *EXTRAS["milp"],
    "ruff",
    "mypy",
]

setup(
    name="graphopt",
    version=VERSION,
    description="Find the best input of a trained network, and know that it is right.",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="BSD-3-Clause",
    python_requires=">=3.11",
    packages=find_packages(include=["graphopt", "graphopt.*", "compat", "compat.*"]),
    package_data={
        "graphopt": ["py.typed"],
        "compat": ["path_entry/theano/*.py", "path_entry/Theano-1.0.5.dist-info/*"],
        "compat.theano.sandbox": ["*.txt"],
    },
    # PyTensor 3.1 and later move and merge operations that the engine knows by name.
    install_requires=["pytensor>=3.0,<3.1", "numpy", "scipy"],
    extras_require=EXTRAS,
    entry_points={
        "console_scripts": ["graphopt = graphopt.cli.main:main", "theano-compat = compat.commands:main"]
    },
    classifiers=[
        "Development Status :: 4 - Beta",
        "Intended Audience :: Science/Research",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Scientific/Engineering :: Mathematics",
        "Typing :: Typed",
    ],
)
