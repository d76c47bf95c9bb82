# SPDX-License-Identifier: Apache-2.0
"""Draws the life of an operation as SVG, from its verb.

Its colours are in the style sheet of the pages, so that a drawing is in the
reader's theme.
"""

import textwrap
from xml.sax import saxutils

import verb_ends

from manila_groups import states
from manila_groups.domain.operations import verb as verbs

#: Widths, in pixels: of the first box, of a step, of the last box, between.
_FROM, _STEP, _TO, _GAP = 215, 280, 120, 36
#: Where the boxes begin, their height, and the height of a line below them.
_TOP, _BOX, _LINE = 34, 62, 18
#: Where the text beside a label begins, and the characters of its lines.
_INDENT, _WRAP = 62, 31
#: The characters of the lines below the first box.
_WRAP_FROM = 30


def draw(verb):
    """Draw the life of a verb's operations.

    :returns: an SVG element, as text
    """
    parts = [_text(1, 16, f'{verb.name}, {_during(verb)}', 'head')]
    bottoms = [_draw_from(verb, parts)]
    x = _FROM
    for step in verb.steps:
        parts.append(_arrow(x))
        x += _GAP
        bottoms.append(_draw_step(verb, step, x, parts))
        x += _STEP
    parts.append(_arrow(x))
    x += _GAP
    last = verb_ends.of(verb.steps[-1].done)
    parts += _box(x, _TO, 'status', _ways(verb, last) or ['the end'])
    return _svg(verb, x + _TO + 1, max(bottoms), parts)


def _svg(verb, width, height, parts):
    title = saxutils.escape(f'{states.noun(verb.kind)}: {verb.name}')
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" class="operation-life" '
        f'viewBox="0 0 {width} {height}" width="{width}">'
        f'<title>{title}</title>{"".join(parts)}</svg>'
    )


def _during(verb):
    if verb.during:
        return f'in the status {" or ".join(verb.during)}'
    return 'whatever the status'


def _draw_from(verb, parts):
    """Draw what an operation begins from; returns where it ends below."""
    begun = verb_ends.beginning(verb)
    if begun:
        parts += _box(1, _FROM - 1, 'prose', ['a row that is there'])
    elif verb.during:
        parts += _box(1, _FROM - 1, 'prose', ['a new row'])
    else:
        parts += _box(1, _FROM - 1, 'prose', ['any row'])
    y = _TOP + _BOX + _LINE
    for name, transition in begun:
        parts.append(_text(1, y, name, 'label'))
        lines = _wrap(_expected(verb, transition), _WRAP_FROM)
        for number, line in enumerate(lines, 1):
            parts.append(_text(1, y + number * _LINE, line))
        y += _LINE * (len(lines) + 1)
    return y


def _expected(verb, transition):
    if set(transition.expected) == set(states.STATUSES.get(verb.kind, ())):
        return 'from any status'
    return 'from ' + ', '.join(transition.expected)


def _draw_step(verb, step, x, parts):
    """Draw a step with its ends; returns where it ends below."""
    parts += _box(x, _STEP, 'step', [step.name, step.at.value])
    y = _TOP + _BOX + _LINE
    for label, text in _ends(verb, step):
        parts.append(_text(x, y, label, 'label'))
        for line in _wrap(text, _WRAP):
            parts.append(_text(x + _INDENT, y, line))
            y += _LINE
    return y


def _ends(verb, step):
    """What is written below a step: label and text of each end."""
    found = {
        name: _sentence(verb, verb_ends.of(function))
        for name, function in verb_ends.functions(step).items()
    }
    if 'begin' in found:
        yield 'begin', found['begin']
    yield 'failed', found['failed']
    yield 'overdue', found.get('overdue', 'never: tried until it is done')
    if step.at is verbs.Place.BACKEND:
        if step.gone is None:
            yield 'gone', 'waits for the back end'
        else:
            yield 'gone', f'if {step.gone.when.name.lower()}: {found["gone"]}'


def _sentence(verb, ends):
    text = ' or '.join(_ways(verb, ends))
    begun = dict.fromkeys(ends.begins)
    return '; '.join([text, *(f'may begin {name}' for name in begun)])


def _ways(verb, ends):
    """In which ways an operation may go on: statuses, steps, and so on."""
    found = [one.becomes for _, one in verb_ends.ending(verb, ends)]
    if ends.deletes:
        found.append('deleted')
    found += [f'step {name}' for name in ends.steps]
    if ends.puts_off:
        found.append('later again')
    return list(dict.fromkeys(found))


def _box(x, width, style, lines):
    """Draw a box with lines of text, the first of which is its name."""
    yield (
        f'<rect x="{x}" y="{_TOP}" width="{width}" height="{_BOX}" rx="6" '
        f'class="{style}"/>'
    )
    first = _TOP + _BOX / 2 + 5 - _LINE * (len(lines) - 1) / 2
    for number, line in enumerate(lines):
        css = 'middle' if number or style == 'prose' else 'name middle'
        y = first + number * _LINE
        yield _text(x + width / 2, y, line, css)


def _wrap(text, width):
    return textwrap.wrap(
        text, width, break_long_words=False, break_on_hyphens=False
    )


def _arrow(x):
    y, end = _TOP + _BOX / 2, x + _GAP - 3
    return (
        f'<path class="arrow" d="M{x + 3} {y}H{end}'
        f'M{end - 7} {y - 5}L{end} {y}L{end - 7} {y + 5}"/>'
    )


def _text(x, y, text, style=''):
    return (
        f'<text x="{x:g}" y="{y:g}" class="{style}">'
        f'{saxutils.escape(text)}</text>'
    )
