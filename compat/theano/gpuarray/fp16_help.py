"""Which C functions read and write numbers of a dtype in GPU kernels, which compute float16 in float32."""


def work_dtype(dtype: str) -> str:
    """Return the dtype that is computed in."""
    return "float32" if dtype == "float16" else dtype


def load_w(dtype: str) -> str:
    """Return the name of the function that reads."""
    return "ga_half2float" if dtype == "float16" else ""


def write_w(dtype: str) -> str:
    """Return the name of the function that writes."""
    return "ga_float2half" if dtype == "float16" else ""
