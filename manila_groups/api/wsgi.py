# SPDX-License-Identifier: Apache-2.0
"""From a request to a controller's method and back.

Decorators declare what a method requires; the dispatcher reads and enforces
them.
"""

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses
import functools
import json
import types
from typing import Any

import webob

from manila_groups import exception
from manila_groups.api import faults
from manila_groups.api import idempotency
from manila_groups.api import microversions
from manila_groups.api import parsing
from manila_groups.api.schemas import base as schema_base
from manila_groups.api.schemas import lists as list_schemas
from manila_groups.api.views import shapes

CONTEXT = 'manila_groups.context'

#: What views make has no circles, so none are searched.
_JSON = json.JSONEncoder(check_circular=False)


class Request(webob.Request):
    """A request, with the results of the dispatcher's checks.

    :ivar version: the version of the API, on both axes
    :ivar filters: the checked query, key to value; for a list, the values as
        the table of its filters reads them
    :ivar rule: the policy rule that the caller has passed, except for the
        part that depends on a row
    :ivar reference: whether the path has the reference's spelling
    """

    # WebOb keeps what the class does not have in the environment, where it is
    # found only after a search of the class and the object.
    version: microversions.Version = microversions.MIN
    filters: Mapping[str, Any] = types.MappingProxyType({})
    rule: str | None = None
    reference: bool = False

    @property
    def context(self):
        """The caller."""
        return self.environ[CONTEXT]

    @functools.cached_property
    def root(self) -> str:
        """The URL that the paths of the API are added to."""
        return self.application_url


@dataclasses.dataclass(frozen=True)
class Body:
    """The body that a method accepts.

    :ivar keys: the names that the content may have in the body; none if the
        content is the body itself
    """

    schema: schema_base.Schema
    keys: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Rules:
    """The requirements of a method, and its response.

    :ivar returns: the shape of a successful response's body: see
        api.views.shapes; None for no body
    :ivar reference_returns: the same for the reference's spelling of the
        path, if it differs; likewise reference_success
    """

    since: microversions.Version = microversions.MIN
    experimental_before: microversions.Version | None = None
    policy: str | None = None
    body: Body | None = None
    query: schema_base.Schema = schema_base.Schema()
    listing: list_schemas.List | None = None
    sends: bool = False
    conflicts: bool = False
    creates: idempotency.Creates | None = None
    success: int = 200
    reference_success: int | None = None
    returns: Any = None
    reference_returns: Any = None


def _decorator(**changes) -> Callable:
    def decorate(method):
        rules = getattr(method, 'rules', Rules())
        method.rules = dataclasses.replace(rules, **changes)
        return method

    return decorate


def since(version: str, experimental_before: str | None = None) -> Callable:
    """The method exists from this microversion on.

    :param experimental_before: before this one, only if the request accepts
        experimental APIs
    """
    before = experimental_before and microversions.parse(experimental_before)
    return _decorator(
        since=microversions.parse(version), experimental_before=before
    )


def policy(rule: str) -> Callable:
    """The caller must pass this policy rule."""
    return _decorator(policy=rule)


def body(schema: schema_base.Schema, *keys: str) -> Callable:
    """The method takes a body.

    :param keys: the names that the content may have in the body
    """
    return _decorator(body=Body(schema, keys))


def sends(method: Callable) -> Callable:
    """The method starts work and wakes up a scheduler or a back end."""
    return _decorator(sends=True)(method)


def conflicts(method: Callable) -> Callable:
    """The state of a resource may forbid to read something of it."""
    return _decorator(conflicts=True)(method)


def creates(kind: str, show: str, *variables: str) -> Callable:
    """The method creates a resource with an id, once for each key.

    :param kind: the kind of the resource, as events name it
    :param show: the controller's method that shows it
    :param variables: the arguments of that method; the last one is the id
    """
    return _decorator(creates=idempotency.Creates(kind, show, variables))


def query(schema: schema_base.Schema) -> Callable:
    """The method takes a query."""
    return _decorator(query=schema)


def lists(table: list_schemas.List) -> Callable:
    """The method lists the rows that the query finds.

    :param table: the filters, with the policy rules that guard them, and the
        sort keys
    """
    return _decorator(query=table, listing=table)


def success(status: int, reference: int | None = None) -> Callable:
    """The status of a successful response.

    :param reference: the status for the reference's spelling of the path
    """
    return _decorator(success=status, reference_success=reference)


def returns(shape: Any, reference: Any = None) -> Callable:
    """The shape of a successful response's body.

    :param shape: see api.views.shapes; without it, the response has no body
    :param reference: the same for the reference's spelling of the path
    """
    return _decorator(returns=shape, reference_returns=reference)


class Dispatcher:
    """The WSGI application at the end of the pipeline.

    :param routes: finds what a path means: see api.router
    :param enforcer: the policy
    :param check_broker: raises ServiceUnavailable while wake-ups for started
        work cannot be sent
    :param repeats: creates once what is asked for again
    """

    def __init__(
        self,
        routes,
        enforcer,
        check_broker: Callable[[], None],
        repeats: idempotency.Repeats,
    ):
        self._routes = routes
        self._enforcer = enforcer
        self._check_broker = check_broker
        self._repeats = repeats

    def __call__(self, environ, start_response):
        request = Request(environ)
        headers = dict(microversions.VARY)
        try:
            request.version = microversions.requested(request.headers)
            headers |= _version_headers(request)
            response = self._respond(request)
        except exception.ServiceError as error:
            response = faults.from_error(error)
        response.headers.update(headers)
        return response(environ, start_response)

    def _respond(self, request):
        path = parsing.read_path(request.environ)
        match = self._routes.match(path, request.method, request.version)
        _check_project(request, match.project_id)
        request.reference = match.reference
        _check_media_type(request)
        content = None
        if match.actions is not None:
            content = _read_body(request)
            method, name = match.choose_action(content)
            content = {name: content[name]}
        else:
            method = match.method
        rules = method.rules
        self._check_rules(request, rules)
        if content is None and rules.body is not None:
            content = _read_body(request)
        # The checks of the body, and the method, may change the content.
        creation = idempotency.read(
            request, rules.creates, match.within(path), content
        )
        arguments = dict(match.arguments)
        if rules.body is not None:
            arguments['body'] = _check_body(content, rules, request.version)
        call = functools.partial(self._call, request, method, arguments)
        if creation is None:
            result = call()
        else:
            result = self._repeats.once(
                request, method, match.arguments, creation, call
            )
        return _render(result, rules, request.reference)

    def _check_rules(self, request, rules):
        _check_version(request, rules)
        request.rule = rules.policy
        if rules.policy is not None:
            self._enforcer.authorize(request.context, rules.policy)
        request.filters = _check_query(request, rules)
        for rule in _filter_rules(request, rules):
            self._enforcer.authorize(request.context, rule)

    def _call(self, request, method, arguments):
        if method.rules.sends:
            self._check_broker()
        return method(request, **arguments)


def _read_body(request):
    return parsing.read_json(request.body_file.read())


def _check_media_type(request):
    """Refuse a body that a web page may send without a CORS preflight."""
    if not parsing.has_body(request.environ):
        return
    found = request.content_type.strip()
    if found.lower() != 'application/json':
        problem = f'{found:.100} is not' if found else 'is missing, not'
        raise exception.UnsupportedMediaType(
            f'Content-Type: {problem} application/json, which is required '
            'for a request with a body.'
        )
    encoding = request.headers.get('Content-Encoding', '').strip()
    if encoding.lower() not in ('', 'identity'):
        raise exception.UnsupportedMediaType(
            f'Content-Encoding: {encoding!r:.100} is not supported; a body '
            'must be sent as it is.'
        )


def _version_headers(request):
    headers = microversions.answer(request.headers, request.version)
    experimental = request.headers.get(microversions.EXPERIMENTAL_HEADER)
    if experimental is not None:
        headers[microversions.EXPERIMENTAL_HEADER] = str(
            _accepts_experimental(request)
        )
    return headers


def _accepts_experimental(request):
    value = request.headers.get(microversions.EXPERIMENTAL_HEADER, '')
    return value.strip().lower() == 'true'


def _check_project(request, project_id):
    if project_id is not None and project_id != request.context.project_id:
        raise exception.Invalid('Malformed request url')


def _check_version(request, rules):
    if not request.version.has(rules.since):
        raise exception.NotFound(
            'The resource could not be found: it requires version '
            f'{microversions.to_text(rules.since)} of the API or later.'
        )
    before = rules.experimental_before
    if not before or request.version.has(before):
        return
    if not _accepts_experimental(request):
        raise exception.NotFound(
            'The resource is experimental in this version of the API: '
            f'send {microversions.EXPERIMENTAL_HEADER}: true, or request '
            f'version {microversions.to_text(before)} or later.'
        )


def _filter_rules(request, rules):
    if rules.listing is None:
        return []
    return sorted(rules.listing.rules(request.filters))


def _check_query(request, rules):
    values = parsing.read_query(request.query_string)
    several = rules.listing.several if rules.listing else ()
    flat = {}
    for key, found in values.items():
        if key in several:
            flat[key] = ','.join(found)
        elif len(found) > 1:
            raise exception.Invalid(f'{key:.100}: is given more than once.')
        else:
            flat[key] = found[0]
    return rules.query.validate(flat, request.version, noun='query key')


def _check_body(content, rules, version):
    keys = rules.body.keys
    if not keys:
        return rules.body.schema.validate(content, version)
    unknown = [name for name in content if name not in keys]
    if len(content) != 1 or unknown:
        expected = ' or '.join(f'"{key}"' for key in keys)
        found = ', '.join(repr(name)[:50] for name in list(content)[:5])
        raise exception.Invalid(
            f'The body must be an object with exactly one key, {expected}; it '
            f'has {found or "none"}.'
        )
    ((name, value),) = content.items()
    return rules.body.schema.validate(
        value, version, name, readable=shapes.names(rules.returns, name)
    )


def _render(result: Any, rules: Rules, reference: bool):
    status = rules.success
    if reference and rules.reference_success is not None:
        status = rules.reference_success
    if result is None:
        response = webob.Response(status=status)
        del response.content_type
        return response
    return webob.Response(
        status=status,
        body=_JSON.encode(result).encode(),
        content_type='application/json',
        charset=None,
    )
