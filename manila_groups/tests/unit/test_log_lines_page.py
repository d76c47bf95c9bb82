# SPDX-License-Identifier: Apache-2.0
"""The lines of the log that operators are told to look for are there."""

import ast
import pathlib
import re

from manila_groups.tests import base

_ROOT = pathlib.Path(__file__).parents[3]
_PAGE = _ROOT / 'doc' / 'source' / 'admin' / 'operation.rst'
_TABLE = re.compile(
    r'What to look for with ``grep``:\n\n\.\. list-table::\n(.*?)\n\S',
    re.DOTALL,
)


class TestLogLines(base.TestCase):
    def test_every_line_is_in_the_code(self):
        known = [*_formats()]
        documented = [*_documented()]
        self.assertLess(10, len(documented))
        for line in documented:
            found = [one for one in known if _fits(one, line)]
            self.assertNotEqual([], found, line)


def _documented():
    """Give what the table has between backquotes in its second column."""
    (table,) = _TABLE.findall(_PAGE.read_text())
    for row in re.split(r'^   \* - ', table, flags=re.MULTILINE)[2:]:
        _level, cell, _meaning = re.split(r'^     - ', row, flags=re.MULTILINE)
        for text in re.findall(r'``(.*?)``', cell, re.DOTALL):
            yield ' '.join(text.split())


def _formats():
    """Give the texts of all calls of the log."""
    for path in sorted((_ROOT / 'manila_groups').rglob('*.py')):
        if 'tests' not in path.parts:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and _is_log(node.func):
                    yield from (
                        one.value
                        for one in node.args[:2]
                        if isinstance(one, ast.Constant)
                    )


def _is_log(function):
    return ast.unparse(function).startswith('LOG.')


def _fits(text, line):
    """Tell whether a line is a log's text, or how it begins."""
    pattern = re.sub(r'%[sdg]', '.+', re.escape(text))
    is_whole = re.fullmatch(pattern, line) or re.fullmatch(
        pattern, f'{line} x'
    )
    return bool(is_whole) or text.startswith(line)
