# SPDX-License-Identifier: Apache-2.0
"""Sizes: with a unit for people, in plain numbers for programs."""

from cliff import columns

#: Bytes in what the service counts as one GiB.
GIB = 1024**3
_UNITS = ('B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB')


class Size(columns.FormattableColumn):
    """A size among the values that a command prints.

    :param value: the size, as the service sent it; None if it has none
    :param unit: the number of bytes that the service counts as one
    """

    def __init__(self, value: int | None, unit: int = 1):
        super().__init__(value)
        self._unit = unit

    def human_readable(self) -> str:
        """What people read in a table."""
        if self._value is None:
            return 'None'
        return text(self._value * self._unit)


def text(size: int) -> str:
    """A number of bytes for people, such as '1.5 GiB'."""
    found, units = float(size), iter(_UNITS)
    unit = next(units)
    # What would be rounded to 1024 is written in the next unit.
    while round(found, 1) >= 1024:
        found, unit = found / 1024, next(units)
    return f'{found:.1f}'.removesuffix('.0') + f' {unit}'


def far(done: int | None, total: int | None) -> str:
    """How many bytes of how many are done; '' if that is not known."""
    if done is None or total is None:
        return ''
    return f'{text(done)} of {text(total)}'
