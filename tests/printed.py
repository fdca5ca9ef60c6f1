"""What counts as the same printed text: the same words, and numbers that agree to a tolerance."""

from __future__ import annotations

import re

NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?!\w)")


def last_digit(number: str) -> float:
    """Return the value of one unit in the last place of `number` as printed; 0 for an integer."""
    mantissa, _, exponent = number.lower().partition("e")
    _, point, decimals = mantissa.partition(".")
    return 10.0 ** (int(exponent or 0) - len(decimals)) if point else 0.0


def differences(printed: str, recorded: str, relative: float, absolute: float = 0.0) -> list[str]:
    """Return the lines that differ: in words, or in a number by more than a tolerance and one last digit."""
    found = []
    ours, theirs = printed.splitlines(), recorded.splitlines()
    for i in range(max(len(ours), len(theirs))):
        pair = [lines[i] if i < len(lines) else "<no line>" for lines in (ours, theirs)]
        if pair[0] != pair[1] and not same_line(*pair, relative, absolute):
            found.append(f"line {i + 1}:\n  printed  {pair[0]}\n  recorded {pair[1]}")
    return found


def same_line(ours: str, theirs: str, relative: float, absolute: float = 0.0) -> bool:
    """Return whether two lines agree: spaces may differ where numpy aligns columns."""
    words = ["".join(NUMBER.sub("#", line).split()) for line in (ours, theirs)]
    numbers = [NUMBER.findall(line) for line in (ours, theirs)]
    return words[0] == words[1] and all(
        abs(float(mine) - float(other))
        <= max(absolute, relative * abs(float(other)), 1.001 * max(last_digit(mine), last_digit(other)))
        for mine, other in zip(*numbers, strict=True)
    )
