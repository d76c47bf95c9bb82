# SPDX-License-Identifier: Apache-2.0
"""How the steps of verbs end, read from the functions that end them.

A step names functions: done, failed, overdue, gone.  What they make of an
operation is in their code: which transitions they name, which step they move
it to, which verb they begin, and whether they delete the row.
"""

import ast
import dataclasses
import functools
import inspect
import itertools
import sys
import textwrap
import types

from manila_groups import states

#: The status machine of each kind that verbs are for.
MACHINES = {
    states.SHARE_GROUP: states.ShareGroup,
    states.SHARE_GROUP_SNAPSHOT: states.ShareGroupSnapshot,
    states.SHARE: states.Share,
    states.SHARE_ACCESS: states.AccessRule,
    states.SHARE_GROUP_BACKUP: states.ShareGroupBackup,
}
_DOMAIN = 'manila_groups.domain.'


@dataclasses.dataclass(slots=True)
class Ends:
    """What a function may make of an operation.

    :ivar transitions: those that it names
    :ivar steps: the names of the steps that it moves the operation to
    :ivar begins: the names of the verbs whose operations it begins
    :ivar deletes: whether it deletes rows
    :ivar puts_off: whether it leaves the step for later
    :ivar notes: whether it changes what the operation knows, or only keeps it
    """

    transitions: list[states.Transition] = dataclasses.field(
        default_factory=list
    )
    steps: list[str] = dataclasses.field(default_factory=list)
    begins: list[str] = dataclasses.field(default_factory=list)
    deletes: bool = False
    puts_off: bool = False
    notes: bool = False


def transitions_of(kind):
    """Return the transitions of a kind's machine: (name, transition)."""
    machine = MACHINES[kind]
    return [
        (name, value)
        for name, value in vars(machine).items()
        if isinstance(value, states.Transition)
    ]


def beginning(verb):
    """Return the transitions that begin a verb: (name, transition)."""
    return _into(verb.kind, verb.during)


def _into(kind, statuses):
    return [
        (name, one)
        for name, one in transitions_of(kind)
        if one.becomes in statuses and (one.becomes,) != one.expected
    ]


def ending(verb, ends):
    """Return the transitions among some ends that end a verb."""
    return [
        (name, one)
        for name, one in transitions_of(verb.kind)
        if any(one is found for found in ends.transitions)
        and one.becomes not in verb.during
        and _may_make(verb, one)
    ]


def _may_make(verb, transition):
    """Tell whether one of a verb's statuses may change by a transition.

    What verbs share may name transitions of other verbs too.
    """
    own = [one for _name, one in transitions_of(verb.kind)]
    is_own = any(one is transition for one in own)
    starts = set(transition.expected) & set(verb.during)
    return not verb.during or not is_own or bool(starts)


def functions(step):
    """Return what a step does with rows: its name for it, and the function."""
    found = {
        'begin': step.begin,
        'done': step.done,
        'failed': step.failed,
        'overdue': step.overdue,
        'gone': step.gone and step.gone.end,
    }
    return {name: one for name, one in found.items() if one is not None}


def makers(registry, transition):
    """Return the verbs whose steps make a transition.

    :returns: (verb, names of the functions)
    """
    for verb in registry.verbs:
        names = [
            name
            for step in verb.steps
            for name, function in functions(step).items()
            if any(one is transition for one in of(function).transitions)
            and _may_make(verb, transition)
        ]
        if names:
            yield verb, list(dict.fromkeys(names))


def begun_by(registry, transition):
    """Return the verbs that begin with a transition."""
    for verb in registry.verbs:
        begun = beginning(verb)
        for kind, along in verb.along.items():
            begun += _into(kind, along)
        if any(one is transition for _name, one in begun):
            yield verb


@functools.cache
def of(function):
    """Read what a function may make of an operation."""
    ends = Ends()
    _read(function, {}, ends, set())
    return ends


def _read(function, given, ends, seen):
    """Read a function, and those that it names.

    :param given: what its parameters are, as far as that is known
    """
    key = function, tuple(sorted(given.items()))
    if key in seen:
        return
    seen.add(key)
    names = _names(function) | given
    if isinstance(function, types.MethodType):
        names['self'] = function.__self__
    source = textwrap.dedent(inspect.getsource(function))
    for node in ast.walk(ast.parse(source)):
        value = _value(node, names)
        if isinstance(value, states.Transition):
            ends.transitions.append(value)
        elif _is_domain(value):
            _read(value, {}, ends, seen)
        elif isinstance(node, ast.Call):
            _read_call(node, names, ends)
            called = _value(node.func, names) or _method(function, node.func)
            if _is_domain(called):
                _read(called, _given(called, node, names), ends, seen)


def _is_domain(value):
    is_function = isinstance(value, types.FunctionType | types.MethodType)
    return is_function and value.__module__.startswith(_DOMAIN)


def _names(function):
    """What the names in a function mean that are not its own."""
    own = function.__code__.co_varnames
    known = {
        **function.__globals__,
        **inspect.getclosurevars(function).nonlocals,
    }
    return {name: known[name] for name in known if name not in own}


def _method(function, called):
    """Find the method that is called of an object of the same module."""
    match called:
        case ast.Attribute(value=ast.Name(id=name), attr=attr) if name != 'tx':
            for one in _classes(function.__module__):
                if attr in vars(one):
                    return vars(one)[attr]
    return None


def _classes(module):
    """Return the classes that a module defines."""
    return [
        one
        for one in vars(sys.modules[module]).values()
        if isinstance(one, type) and one.__module__ == module
    ]


def _given(function, call, names):
    """What is known of the parameters of a call: words, such as steps."""
    args = itertools.takewhile(
        lambda one: not isinstance(one, ast.Starred), call.args
    )
    values = [_value(one, names) for one in args]
    parameters = function.__code__.co_varnames
    if isinstance(function, types.MethodType):
        parameters = parameters[1:]
    found = zip(parameters, values, strict=False)
    return {name: value for name, value in found if isinstance(value, str)}


def _value(node, names):
    """What a name, or a name with dots, means; None if that is not known."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        return getattr(_value(node.value, names), node.attr, None)
    return None


def _read_call(node, names, ends):
    """Read a call of the transaction, or of the rows of a kind."""
    match node.func:
        case ast.Attribute(value=ast.Name(id='tx'), attr='move'):
            step = _value(node.args[1], names)
            ends.steps += [step] if step else []
        case ast.Attribute(value=ast.Name(id='tx'), attr='begin'):
            ends.begins.append(_value(node.args[0], names).name)
        case ast.Attribute(value=ast.Name(id='tx'), attr='put_off'):
            ends.puts_off = True
        case ast.Attribute(value=ast.Name(id='tx'), attr='note' | 'keep'):
            ends.notes = True
        case ast.Attribute(value=ast.Attribute(attr='ROWS'), attr=name):
            ends.deletes |= name.startswith('delete')
