"""Helpers for generated text."""


def render_string(string, sub):
    """Return ``string % sub``; an error shows the beginning of `string`, up to where it arises."""
    try:
        return string % sub
    except Exception as error:
        for end in range(len(string) + 1):
            try:
                string[:end] % sub
            except Exception as same:
                if str(same) == str(error):
                    raise Exception(f"{string[:end]}<<<< caused exception {same}") from error
        raise


def strip_leading_white_space(line):
    """Return `line` without the blanks and tabs it begins with."""
    return line.lstrip(" \t")


def pretty_format(string):
    """Return `string`, C code, indented by its braces."""
    lines, depth = [], 0
    for line in map(strip_leading_white_space, string.split("\n")):
        depth = max(depth - line.count("}"), 0)
        lines.append("    " * depth + line)
        depth += line.count("{")
    return "\n".join(lines)
