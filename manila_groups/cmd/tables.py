# SPDX-License-Identifier: Apache-2.0
"""Tables that both people and scripts read."""

from collections.abc import Iterable
from collections.abc import Sequence
import re
from typing import Any

import prettytable

_BLANK, _BLANKS = re.compile(r'\s'), re.compile(r'\s+')


def text(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Make a table with a line for each row, and a word for each value.

    Only the last value of a row may have several words.

    :param rows: their values; None, and no text, is shown as a dash
    """
    table = prettytable.PrettyTable(list(headers))
    table.set_style(prettytable.TableStyle.PLAIN_COLUMNS)
    table.align = 'l'
    table.right_padding_width = 2
    for *values, last in rows:
        words = [_BLANK.sub('_', _text(one)) for one in values]
        table.add_row([*words, _BLANKS.sub(' ', _text(last))])
    # The library prints no headers without rows.
    lines = str(table).splitlines() or ['  '.join(headers)]
    return '\n'.join(line.rstrip() for line in lines)


def _text(value):
    return '-' if value in (None, '') else str(value)
