"""The members that modules have lost: for each module, the old names and what stands for them.

``old=new`` is another member of the module that heads the row, ``old=module:new`` of another one, ``old``
alone the same name there. A module that begins with a dot is in this package. ``*`` stands for every name
that the target module has.
"""

from __future__ import annotations


def _rows(home: str, pairs: str) -> dict[str, str]:
    """Return old name -> ``module:attribute``; where `pairs` names no module it is `home`."""
    found = {}
    for pair in pairs.split():
        old, _, new = pair.partition("=")
        new = new or old
        found[old] = new if ":" in new else f"{home}:{new}"
    return found


_NUMPY = {
    **_rows(
        "numpy",
        """
        Inf=inf Infinity=inf NAN=nan NaN=nan PINF=inf alltrue=all bool8=bool_ cfloat=complex128
        clongfloat=clongdouble complex_=complex128 cumproduct=cumprod float_=float64 infty=inf int0=intp
        longcomplex=clongdouble longfloat=longdouble mat=asmatrix object0=object_ product=prod rank=ndim
        round_=round row_stack=vstack singlecomplex=complex64 sometrue=any str0=str_ string_=bytes_
        bytes0=bytes_ trapz=trapezoid typeDict=sctypeDict uint0=uintp unicode_=str_ void0=void
        """,
    ),
    **_rows("builtins", "alen=len complex float int object str unicode=str"),
    **_rows(
        "numpy.exceptions",
        "AxisError ComplexWarning ModuleDeprecationWarning RankWarning TooHardError "
        "VisibleDeprecationWarning",
    ),
    **_rows(
        ".numpy_members",
        """
        MAXDIMS NINF NZERO PZERO asfarray asscalar cast deprecate disp fastCopyAndTranspose find_common_type
        geterrobj in1d issctype issubclass_ issubsctype maximum_sctype msort nbytes obj2sctype recfromcsv
        recfromtxt sctype2char sctypes set_string_function source
        """,
    ),
    **_rows(
        "numpy",
        """
        DataSource=numpy.lib.npyio:DataSource byte_bounds=numpy.lib.array_utils:byte_bounds
        compare_chararrays=numpy.char:compare_chararrays loads=pickle:loads safe_eval=ast:literal_eval
        """,
    ),
}

NAMES: dict[str, dict[str, str]] = {
    "numpy": _NUMPY,
    "numpy.lib": _rows("numpy", "pad"),
    "numpy.linalg": _rows("numpy", "linalg"),
    "numpy.random": _rows(".numpy_members", "random_integers"),
    "numpy.testing": _rows(".numpy_members", "rand=numpy.random:rand run_module_suite"),
    # SciPy
    "scipy": {"*": "numpy", **_rows("numpy.random", "rand randn")},
    "scipy.integrate": _rows(
        "scipy.integrate", "cumtrapz=cumulative_trapezoid simps=simpson trapz=trapezoid"
    ),
    "scipy.linalg": _rows(
        "numpy",
        "fblas=scipy.linalg:blas flapack=scipy.linalg:lapack kron pinv2=scipy.linalg:pinv tri tril triu",
    ),
    "scipy.misc": {"*": ".scipy_misc"},
    "scipy.signal": {
        "*": "scipy.signal.windows",
        **_rows("scipy.signal", "impulse2=impulse lsim2=lsim step2=step"),
    },
    "scipy.stats": {
        **_rows("numpy", "nanmean nanmedian nanstd"),
        **_rows("scipy.special", "betai=betainc chisqprob=chdtrc"),
        **_rows(".scipy_members", "binom_test itemfreq"),
        **_rows("scipy.stats", "median_absolute_deviation=median_abs_deviation"),
    },
    # the standard library
    "base64": _rows("base64", "decodestring=decodebytes encodestring=encodebytes"),
    "cgi": _rows("html", "escape"),
    "collections": _rows(
        "collections.abc",
        """
        ByteString Callable Collection Container Generator Hashable ItemsView Iterable Iterator KeysView
        Mapping MappingView MutableMapping MutableSequence MutableSet Reversible Sequence Set Sized ValuesView
        """,
    ),
    "configparser": _rows("configparser", "SafeConfigParser=ConfigParser"),
    "fractions": _rows("math", "gcd"),
    "html.parser": _rows(".stdlib_members", "HTMLParseError"),
    "inspect": _rows(".stdlib_members", "formatargspec getargspec"),
    "itertools": {
        **_rows("builtins", "ifilter=filter imap=map izip=zip"),
        **_rows("itertools", "ifilterfalse=filterfalse izip_longest=zip_longest"),
    },
    "logging": _rows("logging", "warn=warning"),
    "operator": {
        **_rows("operator", "div=floordiv idiv=ifloordiv repeat=mul sequenceIncludes=contains"),
        **_rows(".stdlib_members", "isCallable=builtins:callable isMappingType isNumberType isSequenceType"),
    },
    "os": _rows("os", "errno=.stdlib_members:errno getcwdu=getcwd popen2=.stdlib_members:popen2"),
    "platform": _rows(".stdlib_members", "dist=linux_distribution linux_distribution"),
    "string": _rows(
        ".old_string",
        """
        atof atoi atol capitalize center count expandtabs find index join joinfields letters ljust lower
        lowercase lstrip maketrans replace rfind rindex rjust rstrip split splitfields strip swapcase
        translate upper uppercase zfill
        """,
    ),
    "sys": _rows(
        ".stdlib_members",
        "exc_clear=nothing getcheckinterval=hundred maxint=sys:maxsize setcheckinterval=nothing "
        "setdefaultencoding=nothing",
    ),
    "threading": _rows("threading", "_Event=Event _RLock=RLock _Timer=Timer"),
    "time": _rows("time", "clock=process_time"),
    "types": {
        **_rows(
            "builtins",
            """
            BooleanType=bool BufferType=memoryview ClassType=type ComplexType=complex DictType=dict
            DictionaryType=dict FloatType=float InstanceType=object IntType=int ListType=list LongType=int
            ObjectType=object SliceType=slice StringType=str TupleType=tuple TypeType=type UnicodeType=str
            XRangeType=range
            """,
        ),
        **_rows(
            "types",
            "FileType=io:IOBase StringTypes=.stdlib_members:StringTypes UnboundMethodType=FunctionType",
        ),
    },
    # pictures
    "PIL.Image": _rows(".pillow_members", "ANTIALIAS CUBIC LINEAR fromstring tostring"),
    "matplotlib.mlab": _rows(".matplotlib_members", "find griddata=scipy.interpolate:griddata"),
    "matplotlib.pyplot": _rows(".stdlib_members", "hold=nothing spectral=matplotlib.pyplot:viridis"),
}
"""Module -> old name -> target."""
