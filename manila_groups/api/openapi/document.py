# SPDX-License-Identifier: Apache-2.0
"""The API as an OpenAPI 3.1 document.

It is made from the code of the service: the table of routes, the decorators of
the controllers' methods, the schemas and the views.
"""

from typing import Any

from manila_groups.api import microversions
from manila_groups.api.openapi import components
from manila_groups.api.openapi import operations
from manila_groups.api.openapi import requests
from manila_groups.api.openapi import responses

_DESCRIPTION = """\
Share groups for the OpenStack Shared File System API, at version \
{version}.

Each path works with the project's id after `/v2`, too: \
`/v2/{{project_id}}/share-groups` is `/v2/share-groups`. `HEAD` is answered \
like `GET`, without the body. Text must not have NUL \
characters. A query key that an operation does not know is answered with 400, \
and so is a key that is given twice where the description does not say that \
it may be repeated.

`x-policy` names the policy rule that guards an operation, `x-since` the \
microversion that introduced it. If a path ends in `action`, the body names \
the action; `x-actions` has both for each action, and `x-without-body` of a \
response those that are answered with the status alone.
"""


#: How callers authenticate.
_SECURITY = {
    'token': {
        'type': 'apiKey',
        'in': 'header',
        'name': 'X-Auth-Token',
        'description': 'A Keystone token.',
    },
    'password': {
        'type': 'http',
        'scheme': 'basic',
        'description': 'If auth_strategy is http_basic.',
    },
}


def make(version: microversions.Version = microversions.MAX) -> dict[str, Any]:
    """Describe the API at one microversion.

    :param version: the version, on both axes
    :returns: the document, for a JSON encoder
    """
    text = ', '.join(microversions.ask(version).values())
    shared = components.Components()
    return {
        'openapi': '3.1.0',
        'info': {
            'title': 'manila-groups',
            'version': text,
            'description': _DESCRIPTION.format(version=text),
            'license': {'name': 'Apache 2.0', 'identifier': 'Apache-2.0'},
        },
        'servers': [{'url': '/'}],
        'security': [{scheme: []} for scheme in _SECURITY],
        'paths': _paths(version, shared),
        'components': {
            **shared.found,
            'responses': responses.errors(),
            'securitySchemes': _SECURITY,
        },
    }


def _paths(version, shared):
    paths: dict[str, dict] = {}
    for one in operations.exist(version):
        verbs = paths.setdefault(f'/v2{one.path}', {})
        verbs[one.verb.lower()] = _operation(one, version, shared)
    return paths


def _operation(one, version, shared):
    described = {
        'operationId': one.name,
        'tags': [one.controller],
        **_purpose(one.methods),
        'parameters': [
            shared.refer(
                'parameters',
                parameter,
                parameter['name'],
                f'{one.controller}.{parameter["name"]}',
                f'{one.name}.{parameter["name"]}',
            )
            for parameter in requests.parameters(one, version)
        ],
        'responses': responses.describe(one, version),
    }
    if one.has_body:
        described['requestBody'] = requests.body(one, version)
    for status, response in described['responses'].items():
        _share_content(response, f'{one.name}.{status}', shared)
    return described


def _share_content(message, name, shared):
    for content in message.get('content', {}).values():
        content['schema'] = shared.refer('schemas', content['schema'], name)


def _purpose(methods):
    if methods[0].action is None:
        return _about(methods[0])
    return {
        'summary': 'Do the action in the body',
        'x-actions': {method.action: _about(method) for method in methods},
    }


def _about(method):
    return {
        'summary': method.summary,
        'x-policy': method.rules.policy,
        'x-since': microversions.to_text(method.rules.since),
    }
