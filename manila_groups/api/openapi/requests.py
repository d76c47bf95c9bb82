# SPDX-License-Identifier: Apache-2.0
"""Parameters and bodies of requests, from the schemas."""

from typing import Any

from manila_groups.api import idempotency
from manila_groups.api import microversions
from manila_groups.api.openapi import operations

#: The end of a text in patterns of Python and of ECMA-262.
_END_OF_TEXT = (r'\Z', '$')


def portable(schema: Any) -> Any:
    """Make the patterns of a JSON schema portable."""
    if isinstance(schema, dict):
        return {
            key: value.replace(*_END_OF_TEXT)
            if key == 'pattern' and isinstance(value, str)
            else portable(value)
            for key, value in schema.items()
        }
    if isinstance(schema, list | tuple):
        return [portable(item) for item in schema]
    return schema


def _versions(version):
    headers = microversions.ask(version)
    yield {
        'name': microversions.HEADER,
        'in': 'header',
        'description': 'The microversion; without it, the oldest one.',
        'required': True,
        'schema': {'enum': [headers[microversions.HEADER]]},
    }
    if version.is_on_axis:
        yield {
            'name': microversions.STANDARD_HEADER,
            'in': 'header',
            'description': 'The version on the axis of share groups; without '
            'it, nothing of the axis exists.',
            'required': True,
            'schema': {'enum': [headers[microversions.STANDARD_HEADER]]},
        }


_EXPERIMENTAL = {
    'name': microversions.EXPERIMENTAL_HEADER,
    'in': 'header',
    'description': 'Accepts that the resource is experimental.',
    'required': True,
    'schema': {'enum': ['true']},
}


_IDEMPOTENCY_KEY = {
    'name': idempotency.HEADER,
    'in': 'header',
    'description': 'A text that is new for each creation. If the same request '
    'is sent again with it within 24 hours, nothing more is created, and the '
    'answer shows what there is. In a path that ends in action, it counts '
    'for what creates something.',
    'schema': {
        'type': 'string',
        'minLength': 1,
        'maxLength': idempotency.MAX_LENGTH,
        'pattern': idempotency.PATTERN,
    },
}


def parameters(
    operation: operations.Operation, version: microversions.Version
) -> list[dict]:
    """The parameters of an operation."""
    before = operation.methods[0].rules.experimental_before
    is_experimental = before is not None and not version.has(before)
    return [
        *_versions(version),
        *([_EXPERIMENTAL] if is_experimental else ()),
        *([_IDEMPOTENCY_KEY] if operation.creates else ()),
        *(_variable(name) for name in operation.variables),
        *_query(operation, version),
    ]


def _variable(name):
    return {
        'name': name,
        'in': 'path',
        'required': True,
        'schema': {'type': 'string', 'minLength': 1},
    }


def _query(operation, version):
    rules = operation.methods[0].rules
    schema = portable(rules.query.schema(version))
    for name, rule in schema['properties'].items():
        parameter = {'name': name, 'in': 'query', 'schema': rule}
        if name in schema['required']:
            parameter['required'] = True
        if rules.listing is not None:
            parameter |= _listing(rules.listing, name)
        yield parameter


def _listing(listing, name):
    described = {}
    if name in listing.several:
        described['description'] = (
            'Several values are separated by commas, or the key is repeated.'
        )
    if name in listing.guards:
        described['x-policy'] = listing.guards[name]
    return described


def body(
    operation: operations.Operation, version: microversions.Version
) -> dict:
    """The body of an operation's request."""
    schemas = [
        schema
        for method in operation.methods
        for schema in _body_schemas(method, version)
    ]
    whole = {'oneOf': schemas} if len(schemas) > 1 else schemas[0]
    return {
        'required': True,
        'content': {'application/json': {'schema': portable(whole)}},
    }


def _body_schemas(method, version):
    found = method.rules.body
    schema = found.schema.schema(version)
    if found.keys:
        return [_under(key, schema) for key in found.keys]
    if method.action is not None:
        # The action in the body selects the method.
        return [{**schema, 'required': [method.action]}]
    return [schema]


def _under(key, schema):
    return {
        'type': 'object',
        'properties': {key: schema},
        'required': [key],
        'additionalProperties': False,
    }
