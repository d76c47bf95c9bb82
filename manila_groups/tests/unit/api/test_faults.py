# SPDX-License-Identifier: Apache-2.0
import fixtures
import webob

from manila_groups import exception
from manila_groups.api import faults
from manila_groups.api.middleware import faults as middleware
from manila_groups.db import api as db_api
from manila_groups.tests import base

NAMES = {
    400: 'badRequest',
    401: 'unauthorized',
    403: 'forbidden',
    404: 'itemNotFound',
    405: 'badMethod',
    406: 'computeFault',
    409: 'conflictingRequest',
    413: 'overLimit',
    415: 'badMediaType',
    418: 'computeFault',
    500: 'computeFault',
    501: 'notImplemented',
    503: 'serviceUnavailable',
}


class ResponseTestCase(base.TestCase):
    def test_each_status_has_its_name(self):
        for code, name in NAMES.items():
            made = faults.response(code, 'why')
            self.assertEqual(code, made.status_code)
            self.assertEqual('application/json', made.content_type)
            self.assertEqual({name}, set(made.json))
            self.assertEqual(code, made.json[name]['code'])
            self.assertEqual('why', made.json[name]['message'])

    def test_headers_are_added_to_the_others(self):
        made = faults.response(404, 'why', {'X-More': 'a'})
        self.assertEqual('a', made.headers['X-More'])
        self.assertEqual('application/json', made.headers['Content-Type'])
        self.assertEqual(str(len(made.body)), made.headers['Content-Length'])

    def test_over_the_limit_says_when_to_try_again(self):
        made = faults.response(413, 'why')
        self.assertEqual('0', made.headers['Retry-After'])
        self.assertEqual('0', made.json['overLimit']['retryAfter'])

    def test_only_the_body_of_others_says_when_to_try_again(self):
        made = faults.response(503, 'why')
        self.assertEqual('5', made.json['serviceUnavailable']['retryAfter'])
        self.assertNotIn('Retry-After', made.headers)
        for code in (429, 500, 503):
            made = faults.response(code, 'why', {'retry-after': '120'})
            ((_name, fault),) = made.json.items()
            self.assertEqual('120', fault['retryAfter'])
            self.assertNotIn('Retry-After', made.headers)

    def test_any_text_is_a_message(self):
        for text in ('é🐍', '<b>', '"\\', '\x1b\n'):
            made = faults.response(400, text)
            self.assertEqual(text, made.json['badRequest']['message'])

    def test_errors_of_the_service(self):
        made = faults.from_error(exception.Conflict('no'))
        self.assertEqual(409, made.status_code)
        made = faults.from_error(exception.MethodNotAllowed('no', ['A', 'B']))
        self.assertEqual('A, B', made.headers['Allow'])
        self.assertEqual('no', made.json['badMethod']['message'])


class MiddlewareTestCase(base.TestCase):
    def answer(self, application, **kwargs):
        request = webob.Request.blank('/v2/x', **kwargs)
        return request.get_response(
            middleware.Faults(application, db_api.UNAVAILABLE)
        )

    def raising(self, error):
        def application(_environ, _start_response):
            raise error

        return application

    def test_what_is_well_passes(self):
        good = webob.Response('well', status=202)
        made = self.answer(good)
        self.assertEqual((202, 'well'), (made.status_code, made.text))

    def test_an_internal_error_is_for_the_log_only(self):
        log = self.useFixture(fixtures.FakeLogger())
        for kind in (exception.ConfigurationError, exception.DriverError):
            made = self.answer(self.raising(kind('/etc/secret: no such file')))
            self.assertEqual(500, made.status_code)
            self.assertNotIn('secret', made.text)
            self.assertIn(f'{kind.__name__}: /etc/secret', log.output)

    def test_a_fault_passes_as_it_is(self):
        made = self.answer(faults.response(405, 'why', {'Allow': 'GET'}))
        self.assertEqual('why', made.json['badMethod']['message'])
        self.assertEqual('GET', made.headers['Allow'])

    def test_a_fault_for_a_head_request_passes(self):
        made = self.answer(faults.response(404, 'why'), method='HEAD')
        self.assertEqual((404, b''), (made.status_code, made.body))

    def test_an_error_of_the_service_becomes_a_fault(self):
        made = self.answer(self.raising(exception.NotFound('none')))
        self.assertEqual('none', made.json['itemNotFound']['message'])

    def test_any_error_becomes_a_fault_that_tells_nothing(self):
        made = self.answer(self.raising(ValueError('secret')))
        self.assertEqual(500, made.status_code)
        self.assertNotIn('secret', made.text)
        self.assertEqual(500, made.json['computeFault']['code'])

    def test_the_log_has_the_target_in_one_line(self):
        log = self.useFixture(fixtures.FakeLogger())
        made = self.answer(
            self.raising(ValueError()), environ={'PATH_INFO': '/a\nb\x85'}
        )
        self.assertEqual(500, made.status_code)
        self.assertIn(r"GET '/a\nb\x85'", log.output)

    def test_an_error_in_html_becomes_a_fault(self):
        made = self.answer(webob.exc.HTTPUnauthorized('no &lt;token&gt;'))
        self.assertEqual(401, made.json['unauthorized']['code'])
        self.assertIn('token', made.json['unauthorized']['message'])
        made = self.answer(self.raising(webob.exc.HTTPServiceUnavailable()))
        self.assertEqual(503, made.json['serviceUnavailable']['code'])

    def test_what_another_says_of_trying_again_goes_into_the_body(self):
        error = webob.exc.HTTPServiceUnavailable(headers={'Retry-After': '9'})
        made = self.answer(error)
        self.assertEqual('9', made.json['serviceUnavailable']['retryAfter'])
        self.assertNotIn('Retry-After', made.headers)

    def test_an_error_of_webob_has_the_same_message_in_each_form(self):
        error = webob.exc.HTTPForbidden('not you & c<br />')
        messages = set()
        for accept in ('text/html', 'text/plain', 'application/json', 'x/x'):
            made = self.answer(self.answering(error), accept=accept)
            self.assertEqual(403, made.json['forbidden']['code'])
            messages.add(made.json['forbidden']['message'])
        self.assertEqual(
            {'Access was denied to this resource. not you & c'}, messages
        )

    def answering(self, error):
        return lambda environ, start_response: error(environ, start_response)

    def test_json_that_is_no_fault_becomes_one(self):
        for body in (
            b'{}',
            b'[]',
            b'5',
            b'no JSON',
            b'{"message": "why"}',
            b'{"forbidden": "why"}',
            b'{"itemNotFound": {"code": 404, "message": "why"}}',
            b'{"forbidden": {"code": 403, "message": "why"}, "more": 1}',
            b'{"error": {"code": 403, "message": "why"}}',
            b'{"error": "why"}',
        ):
            made = self.answer(
                webob.Response(body, 403, content_type='application/json')
            )
            self.assertEqual({'forbidden'}, set(made.json), body)
            self.assertTrue(made.json['forbidden']['message'], body)

    def test_the_headers_of_an_error_in_html_stay(self):
        error = webob.exc.HTTPUnauthorized(
            headers={'WWW-Authenticate': 'Keystone'}
        )
        made = self.answer(error)
        self.assertEqual('Keystone', made.headers['WWW-Authenticate'])
        self.assertEqual('application/json', made.content_type)

    def test_a_target_that_is_no_path_is_not_found(self):
        made = self.answer(webob.Response(), environ={'PATH_INFO': '*'})
        self.assertEqual(404, made.json['itemNotFound']['code'])
