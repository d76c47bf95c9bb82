# SPDX-License-Identifier: Apache-2.0
"""Programs that end with the process that has started them.

Its work is repeated, so they must not go on with it.
"""

import os

#: The parent may have ended before setpriv asked for the signal, which never
#: comes then.
_UNLESS_ORPHANED = '[ "$PPID" = "$0" ] && exec "$@"'


def command(*words: str, setpriv: str = 'setpriv') -> list[str]:
    """Make a command end when the thread ends that starts it.

    :param words: the program and its arguments
    :param setpriv: the program of util-linux
    :returns: what this process starts in its place
    """
    return [
        *(setpriv, '--pdeathsig', 'KILL', '--'),
        *('/bin/sh', '-c', _UNLESS_ORPHANED, str(os.getpid())),
        *words,
    ]
