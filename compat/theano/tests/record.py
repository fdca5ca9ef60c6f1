"""Recording what a function computes, and finding where another run of it differs."""

from ..compile.monitormode import MonitorMode
from ..printing import hex_digest, min_informative_str, op_text


class MismatchError(Exception):
    """This run does something else than the recorded one."""


class Record:
    """Lines that are written down, or with `replay` compared with those written down before.

    They go to, or come from, `file_object` or the file at `file_path`.
    """

    def __init__(self, file_object=None, file_path=None, replay=False):
        assert file_object is not None or file_path is not None
        self.replay = replay
        if file_object is None:
            file_object = open(file_path, "r" if replay else "w")  # noqa: SIM115  (open as long as this lives)
        self.f = file_object

    def handle_line(self, line):
        """Record `line`, which ends with a newline; raise MismatchError if another one was recorded."""
        assert line.endswith("\n")
        assert "\n" not in line[:-1]
        if not self.replay:
            self.f.write(line)
            return
        old = self.f.readline()
        if old != line:
            raise MismatchError(
                "Replay detected mismatch.\n I wanted to write:\n"
                f"{_cut(line)}\nwhen previous job wrote:\n{_cut(old)}"
            )


def _cut(line):
    return line if len(line) <= 100 else line[:100] + "..."


class RecordMode(MonitorMode):
    """A mode that records every node of its functions, with digests of what goes in and what comes out.

    Give it a `Record`, or what one is made of: ``RecordMode(file_path="a.txt", replay=True)``.
    """

    def __init__(self, record=None, **kwargs):
        assert record is None or not kwargs
        self.set_record(Record(**kwargs) if record is None else record)
        super().__init__(self._before, self._after, optimizer="fast_run")

    def set_record(self, record):
        """Use another record from now on."""
        self.record = record

    def _before(self, i, node, fn):
        self._handle(node, f"Node {i}:{op_text(node)}\n")
        self._handle(node, f"Inputs: {_digests(fn.inputs)}\n")

    def _after(self, i, node, fn):
        self._handle(node, f"Outputs: {_digests(fn.outputs)}\n")

    def _handle(self, node, line):
        try:
            self.record.handle_line(line)
        except MismatchError as error:
            inputs = "\n".join(min_informative_str(variable) for variable in node.inputs)
            raise MismatchError(f"{error}\nwhile processing {op_text(node)} of\n{inputs}") from error

    def clone(self, link_kwargs=None, optimizer="", **kwargs):
        return RecordMode(self.record)


def _digests(cells):
    """Return the digests of the arrays in one-element lists, and the text of other values."""
    return " ".join(hex_digest(c[0]) if hasattr(c[0], "strides") else repr(c[0]) for c in cells)
