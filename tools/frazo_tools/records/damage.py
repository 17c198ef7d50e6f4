"""Reports damaged regions."""

from frazo_tools.progress import Progress
from frazo_tools.records.input_files import Damage
from frazo_tools.records.table import counted


class DamageReport:
    """Prints each damaged region on standard output and counts the regions."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._files: set[str] = set()
        self._open_ends = 0
        self.regions = 0
        self.lost_bytes = 0

    def add(self, damage: Damage) -> None:
        self.regions += 1
        self._files.add(damage.path)
        self.lost_bytes += damage.length or 0
        self._open_ends += damage.length is None
        self._progress.line(f"{damage.path}: {_extent(damage)}: {damage.cause}")

    def summary(self) -> str:
        if not self.regions:
            return "no damage"
        rest = f" and the rest of {counted(self._open_ends, 'file')}" if self._open_ends else ""
        return (
            f"damaged: {counted(self.regions, 'region')} in {counted(len(self._files), 'file')}; "
            f"lost: at least {counted(self.regions, 'record')}, "
            f"{counted(self.lost_bytes, 'byte')}{rest}"
        )


def _extent(damage: Damage) -> str:
    if damage.length is None:
        return f"from byte {damage.byte} on, the rest of the file"
    return f"from byte {damage.byte} on, {damage.length:,} bytes"
