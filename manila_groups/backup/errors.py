# SPDX-License-Identifier: Apache-2.0
"""What restic's exit codes and messages mean."""

from collections.abc import Iterable
from collections.abc import Sequence
import json
import re
import signal

from manila_groups import exception
from manila_groups.backup import running


class HalfMade(exception.DriverError):
    """Whoever made the repository was ended before its last file."""


class NoSnapshot(exception.DriverError):
    """The repository does not have what is asked for."""


class WrongKey(exception.DriverError):
    """The repository has another key."""


class Damaged(exception.DriverError):
    """Something in the repository is missing, or not what it was."""


#: Exit codes of restic 0.17 and later. Others, and older ones, say 1.
_BY_CODE = {
    10: exception.NoRepository,
    11: exception.RepositoryInUse,
    12: WrongKey,
}

#: Words of restic, of its libraries and of ssh, in the order in which they
#: count: what is said last has often a cause that was said before.
_BY_WORDS = tuple(
    (re.compile(words, re.IGNORECASE), error)
    for words, error in (
        (r'wrong password or no key found', WrongKey),
        (r'repository already contains keys', HalfMade),
        (
            r'repository is already locked|unable to create lock',
            exception.RepositoryInUse,
        ),
        (
            r'no space left on device|disk quota exceeded|insufficient '
            r'storage|QuotaExceeded|507 ',
            exception.DriverError,
        ),
        (
            r'connection refused|connection reset|connection closed|no such '
            r'host|network is unreachable|no route to host|i/o timeout|'
            r'timed out|broken pipe|unexpected EOF|connection lost|'
            r'server misbehaving|temporary failure|TLS handshake|'
            r'deadline exceeded|unable to start the sftp session|'
            # What has failed a moment ago is not tried again at once.
            r'circuit breaker open|'
            r'ssh command exited|'
            r'\b(500|502|503|504)\b|SlowDown|ServiceUnavailable',
            exception.TransientDriverError,
        ),
        (
            r'no matching ID found|no snapshot found|failed to find snapshot|'
            r'snapshot .* not found|invalid id |'
            r'failed to load snapshot .*(no such file|not exist|not found)',
            NoSnapshot,
        ),
        (
            r'repository does not exist|unable to open config file|'
            r'is there a repository at the following location',
            exception.NoRepository,
        ),
        (
            r'ciphertext verification failed|does not match|blob .* not found'
            r'|hash mismatch|invalid data|pack .* not found|checksum|'
            r'integrity check failed|failed to load|unable to load',
            Damaged,
        ),
    )
)

_ADVICE = {
    WrongKey: 'its key is not the one that [backup] secret_file or secret_id '
    'gives for this project; use the secret with which it was made',
    exception.RepositoryInUse: 'another process has locked it; if that has '
    'died on another machine, its lock ends after 30 minutes, or with '
    '"manila-groups-manage backup unlock"',
    exception.NoRepository: 'there is no repository; look whether [backup] '
    'repository names the right place, and whether that is mounted',
    HalfMade: 'a process was ended while it made the repository, in which '
    'there is a key and nothing else: remove its directory "keys", and try '
    'again',
    Damaged: 'it is damaged; "manila-groups-manage backup check" tells more',
}


def lines(errors: Iterable[str]) -> list[str]:
    """Give the messages in restic's standard error, JSON or not."""
    found = (message(line) for line in errors)
    return [text for text in found if text]


def message(line: str) -> str:
    """Give the message in a line, which may be a JSON object."""
    try:
        parsed = json.loads(line)
    except ValueError:
        return line.strip()
    if not isinstance(parsed, dict):
        return line.strip()
    text = parsed.get('message') or ''
    if isinstance(parsed.get('error'), dict):
        item = parsed.get('item') or ''
        reason = str(parsed['error'].get('message') or parsed['error'])
        text = reason if item in reason else f'{item}: {reason}'
    return ' '.join(str(text).split())


def of_file(what: str, said: str) -> exception.DriverError:
    """Make the error for a file that can't be dealt with.

    :param what: what can't be done where, to begin the message with
    :param said: why
    """
    kind = _by_words([said])
    advice = f': {_ADVICE[kind]}' if kind in _ADVICE else ''
    return kind(f'{what}{advice}: {said}'[:2000])


def of(
    ended: running.Ended, doing: str, secrets: Iterable[str] = ()
) -> exception.DriverError:
    """Make the error for a process that has failed.

    :param doing: what it did where, to begin the message with
    :param secrets: texts that the message must not contain
    """
    said = lines(ended.errors)
    kind = _BY_CODE.get(ended.code) or _by_words(said)
    reason = hide(_reason(ended, said), secrets)
    advice = _ADVICE.get(kind)
    text = (
        f'{doing}: {reason}' if not advice else f'{doing}: {advice}: {reason}'
    )
    return kind(text[:2000])


def _by_words(said: Iterable[str]) -> type[exception.DriverError]:
    text = '\n'.join(said)
    for words, kind in _BY_WORDS:
        if words.search(text):
            return kind
    return exception.DriverError


def _reason(ended: running.Ended, said: Sequence[str]) -> str:
    """The first error and the last one, which is why it has ended."""
    if ended.code < 0 and not said:
        return f'restic was ended by {signal.Signals(-ended.code).name}'
    if not said:
        return f'restic ended with exit code {ended.code}'
    fatal = [one for one in said if one.startswith('Fatal: ')]
    last = (fatal or said)[-1]
    first = next((one for one in said if not _is_idle(one)), last)
    return last if first == last else f'{first}; {last}'


def _is_idle(line: str) -> bool:
    return line.startswith(
        ('repository ', 'created new cache', 'using parent')
    )


def hide(text: str, secrets: Iterable[str]) -> str:
    """Replace secrets in a text, but not what is no secret: "1", "eu"."""
    for one in secrets:
        if len(one) > 3:
            text = text.replace(one, '***')
    return text
