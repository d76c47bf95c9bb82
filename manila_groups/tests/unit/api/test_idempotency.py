# SPDX-License-Identifier: Apache-2.0
"""Each method that creates something with an id says so."""

import sys

from manila_groups.api import idempotency
from manila_groups.api import microversions
from manila_groups.api import routes
from manila_groups.api.openapi import document
from manila_groups.api.views import shapes
from manila_groups.domain import idempotency as domain
from manila_groups.domain.events import base as events
from manila_groups.tests import base


def posts():
    """Yield the path, the action and the method of each POST."""
    for path, methods in routes.TABLE:
        target = methods.get('POST', {})
        actions = target if isinstance(target, dict) else {None: target}
        for action, method in actions.items():
            yield path, action, method


def shows_an_id(method):
    """Whether the body of an answer is one thing with an id."""
    if method.rules.returns is None:
        return False
    schema = shapes.describe(method.rules.returns, microversions.NEWEST)
    return any(
        'id' in one.get('properties', {})
        for one in schema.get('properties', {}).values()
    )


def variables(path):
    return [part[1:-1] for part in path.split('/') if '{' in part]


class TestRoutes(base.TestCase):
    def test_what_shows_something_new_takes_a_key(self):
        for path, action, method in posts():
            self.assertEqual(
                shows_an_id(method),
                method.rules.creates is not None,
                f'POST {path} {action}: creates',
            )

    def test_only_posts_create(self):
        for path, methods in routes.TABLE:
            for verb in methods.keys() - {'POST'}:
                self.assertIsNone(methods[verb].rules.creates, path)

    def test_every_kind_can_be_created(self):
        kinds = {
            method.rules.creates.kind
            for _path, _action, method in posts()
            if method.rules.creates
        }
        self.assertEqual(domain.EVENTS.keys(), kinds)

    def test_what_is_shown_is_a_path_too(self):
        shown = {
            (method, tuple(variables(path)))
            for path, methods in routes.TABLE
            for verb, method in methods.items()
            if verb == 'GET'
        }
        for path, _action, method in posts():
            creates = method.rules.creates
            if creates is None:
                continue
            controller = sys.modules[method.__module__].Controller
            show = getattr(controller, creates.show)
            self.assertIn((show, creates.variables), shown, path)
            self.assertLessEqual({*creates.variables[:-1]}, {*variables(path)})
            self.assertEqual(method.rules.returns, show.rules.returns)

    def test_every_creation_notes_an_event(self):
        for kind, verbs in domain.EVENTS.items():
            self.assertLessEqual({*verbs}, {*events.NOUNS[kind].verbs})


class TestDocument(base.TestCase):
    def setUp(self):
        super().setUp()
        self.document = document.make(microversions.NEWEST)

    def takes_key(self, operation):
        names = [
            one['$ref'].rpartition('/')[2] for one in operation['parameters']
        ]
        return idempotency.HEADER in names

    def test_who_takes_a_key(self):
        expected = {
            f'/v2{path}'
            for path, _action, method in posts()
            if method.rules.creates
        }
        found = {
            path: operation['post']
            for path, operation in self.document['paths'].items()
            if 'post' in operation and self.takes_key(operation['post'])
        }
        self.assertEqual(expected | {'/v2/share_groups'}, found.keys())
        for operation in found.values():
            self.assertIn('422', operation['responses'])

    def test_nobody_has_to_send_one(self):
        header = self.document['components']['parameters'][idempotency.HEADER]
        self.assertNotIn('required', header)
        self.assertEqual(255, header['schema']['maxLength'])

    def test_others_are_never_answered_so(self):
        for operations in self.document['paths'].values():
            for operation in operations.values():
                self.assertEqual(
                    self.takes_key(operation),
                    '422' in operation['responses'],
                )
