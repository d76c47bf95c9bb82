# SPDX-License-Identifier: Apache-2.0
"""What no client should send."""

#: Bytes in place of an id, as they arrive after percent-decoding.
ODD_IDS = (
    b'unknown',
    b'\xff\xfe',
    b'\xe9',
    b'\xed\xa0\x80',
    b'\xf0\x9f\x90\x8d',
    b'%ff%fe',
    b'%zz',
    b'%00',
    b'\0',
    b'a\0b',
    b'\n',
    b'\r\nX-Injected: 1',
    b' ',
    b'.',
    b'..',
    b'{id}',
    b"' OR 1=1 --",
    b'x' * 256,
    b'x' * 20_000,
    b'9' * 5000,
)

#: Texts in a query that are no text, or too much of it, whatever the key.
BAD_QUERY_VALUES = (
    '%ff%fe',
    '%e9',
    '%ed%a0%80',
    'a%00b',
    'x' * 100_000,
    '%F0%9F%90%8D' * 10_001,
    '[' * 50_000,
)

#: Others, which some keys may take.
ODD_QUERY_VALUES = (
    '',
    '%zz',
    '%',
    '%F0%9F%90%8D',
    '%0A',
    '1%0A',
    "'",
    '%25%5F%5C',
    '-1',
    '1.5',
    '1e400',
    'NaN',
    'null',
    'true',
    '[]',
    '{}',
    '{[]:1}',
    '{"a":{}}',
    '{"a":"%5Cud800"}',
    '{"a":"%5Cu0000"}',
    '(' * 200,
    '[' * 5000,
    '-' * 5000 + '1',
    '{"a":' * 1500 + '1' + '}' * 1500,
    '{' + ','.join(f'"{n}":1' for n in range(1200)) + '}',
    'a,' * 2000,
    '9' * 18,
    '9' * 19,
    '9' * 5000,
    'a{99999999999}',
    '(?P<n>',
    'x' * 255,
    'x' * 256,
    '2026-13-45',
    '9999999-01-01T00:00:00%2B99:99',
)

BAD_QUERY_KEYS = (
    'nope',
    '',
    '%ff',
    '%00',
    '%F0%9F%90%8D',
    'x' * 100_000,
    '__class__',
)

#: Values of a field, as JSON.
FIELD_VALUES = (
    '5',
    '-1',
    '0.5',
    '1e400',
    '9' * 400,
    'true',
    'null',
    '""',
    '"x"',
    '{}',
    '[]',
    '[5]',
    '[null]',
    '[[]]',
    '[{}]',
    '{"a": 1}',
    '{"": ""}',
    '{"\\u540d": "x"}',
    '"\\ud83d\\udc0d"',
    '"' + 'x' * 256 + '"',
    '"' + 'x' * 100_000 + '"',
    '["' + 'x' * 100_000 + '"]',
    '{"' + 'x' * 100_000 + '": 5}',
    '[' + ','.join(['"x"'] * 2000) + ']',
)

#: Values that no field takes, wherever they stand.
NEVER_VALUES = (
    '"a\\u0000b"',
    '"\\ud800"',
    '"\\udc0d\\ud83d"',
    '["\\ud800"]',
    '{"\\ud800": "x"}',
    '{"a\\u0000": "x"}',
)

#: Bodies that are no JSON object.
BAD_BODIES = (
    b'',
    b' ',
    b'null',
    b'true',
    b'5',
    b'"text"',
    b'[]',
    b'[{}]',
    b'{',
    b'{"a": }',
    b'{"a": 1}}',
    b"{'a': 1}",
    b'\xff\xfe{\x00}\x00',
    b'\xef\xbb\xbf{}',
    b'{"a": "\xff"}',
    b'{"a": "\xed\xa0\x80"}',
    b'{"a": "\n"}',
    b'{"a": NaN}',
    b'{"a": Infinity}',
    b'{"a": ' + b'9' * 5000 + b'}',
    b'[' * 5000 + b']' * 5000,
    b'{"a":' * 5000 + b'1' + b'}' * 5000,
    b'[' * 100_000,
    b'\0' * 1000,
)

#: Values of a header.
ODD_HEADER_VALUES = ('', ' ', '\xff\xfe', 'x' * 100_000, '%00', ',', ';')

#: Headers that something in the pipeline reads.
HEADERS = (
    'X-OpenStack-Manila-API-Version',
    'OpenStack-API-Version',
    'X-OpenStack-Manila-API-Experimental',
    'Idempotency-Key',
    'X-OpenStack-Request-ID',
    'X-User-Id',
    'X-Project-Id',
    'X-Roles',
    'X-Forwarded-Host',
    'X-Forwarded-Proto',
    'Forwarded',
    'Host',
    'Accept',
    'Accept-Encoding',
    'If-None-Match',
    'If-Modified-Since',
    'Range',
    'Cookie',
    'Authorization',
    'Content-Length',
)
