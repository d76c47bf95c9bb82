# SPDX-License-Identifier: Apache-2.0
"""A process: from its configuration to the signal that ends it."""

from collections.abc import Callable
import contextlib
import functools
import os
import pathlib
import queue
import signal
import sys
import threading

from oslo_config import cfg
from oslo_db import exception as db_exception
from oslo_log import log
import oslo_messaging
from sqlalchemy import exc as sa_exc

from manila_groups import conf as configuration
from manila_groups import exception
from manila_groups.backend import loader
from manila_groups.cmd import report
from manila_groups.cmd import systemd
from manila_groups.conf import unknown

LOG = log.getLogger(__name__)

#: What can be wrong with that which an operator has set up for the process.
_SETUP_ERRORS = (
    exception.ServiceError,
    exception.InternalError,
    cfg.Error,
    db_exception.CantStartEngineError,
    db_exception.DBError,
    sa_exc.SQLAlchemyError,
    oslo_messaging.MessagingException,
    log.LogConfigError,
    ImportError,
    OSError,
)

#: Seconds that a process which ends too late gives to saying so.
HANDING_BACK = 2

#: The signals that end a process in order.
ENDS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def starting():
    """End the process, with one line that says why, when it can't go on."""
    try:
        yield
    except Exception as error:
        program = pathlib.Path(sys.argv[0]).name
        if not isinstance(error, _SETUP_ERRORS):
            LOG.exception('%s cannot start', program)
        sys.exit(f'{program}: {reason(error)}')


def reason(error: Exception) -> str:
    """Say why a process cannot go on: in one line, but for lines to copy."""
    text = str(error)
    if not isinstance(error, exception.NoDatabase):
        text = (text.splitlines() or [''])[0]
    if isinstance(error, db_exception.DBNonExistentTable):
        text += '; "manila-groups-manage db sync" makes the tables'
    if not isinstance(error, _SETUP_ERRORS):
        text = f'{type(error).__name__}: {text}'
    return text


class Signals:
    """The signals that this process is sent, one after another.

    After one that ends the process, another one does so at once: nobody
    wants to wait any longer.

    :param numbers: those to wait for beside the ones that end a process
    """

    def __init__(self, *numbers: int):
        self._arrived: queue.SimpleQueue[int] = queue.SimpleQueue()
        for number in (*ENDS, *numbers):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._take)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)

    def _take(self, number, _frame):
        self._arrived.put(number)
        if number in ENDS:
            for one in ENDS:
                signal.signal(one, signal.SIG_DFL)

    def next(self) -> int:
        """Wait for the next one."""
        while True:
            # One that comes in the moment before the wait would not end it.
            with contextlib.suppress(queue.Empty):
                return self._arrived.get(timeout=1)


def begin(read: Callable[[], cfg.ConfigOpts]) -> cfg.ConfigOpts:
    """Read the configuration, and set up what every daemon needs.

    :param read: reads the configuration, each time anew
    """
    # Python's own handler would print where it was at a Ctrl-C.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Waits until there is something to reload.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP])
    conf = read()
    configuration.setup_logging(conf)
    warn_of_unknown(conf)
    report.set_up(conf)
    return conf


def warn_of_unknown(conf: cfg.ConfigOpts) -> None:
    """Log what the configuration files set and nothing reads.

    No error: in the midst of an upgrade, a file may be of another release.
    """
    for text in unknown.find(conf, loader.options_of):
        LOG.warning('Configuration: %s', text)


def main(
    build: Callable,
    args: list[str],
    description: str,
    with_pipeline: bool = False,
) -> int:
    """Run services of one process until SIGINT or SIGTERM.

    :param build: makes the services from a configuration
    :param args: the command line, without the program's name
    :param description: what the program is, for its help
    :param with_pipeline: whether the program serves the API
    :returns: the exit code
    """
    read = functools.partial(
        configuration.load,
        args,
        description=description,
        with_pipeline=with_pipeline,
    )
    notifier = systemd.Systemd()
    with starting():
        conf = begin(read)
        services = build(conf)
    run(conf, read, services, notifier)
    return 0


def run(conf, read, services: list, notifier) -> None:
    """Start services, wait for SIGINT or SIGTERM, and stop them.

    Work in progress is finished, unless a second signal comes or
    ``graceful_shutdown_timeout`` ends: then it is retried after the next
    start.  SIGHUP reloads the configuration.

    :param read: reads the configuration anew, to find mistakes in it
    :param services: in the order of their start; stopped in the other one
    :param notifier: tells the service manager what the process does, as
        systemd.Systemd
    """
    signals = Signals(signal.SIGHUP)
    for one in services:
        one.start()
    notifier.ready()
    LOG.info('The service has started')
    while signals.next() == signal.SIGHUP:
        notifier.reloading()
        if reload(conf, read):
            for one in services:
                one.reset()
        notifier.ready()
    notifier.stopping()
    LOG.info('Shutting down: finishing the work in progress')
    _stop(conf, services)


def reload(conf: cfg.ConfigOpts, read: Callable[[], cfg.ConfigOpts]) -> bool:
    """Read the configuration again, if there is no mistake in it."""
    try:
        configuration.reload(conf, read)
    except exception.ConfigurationError as error:
        LOG.error('Keeping the current configuration: %s', error)
        return False
    except Exception:
        LOG.exception('Failed to reload the configuration')
        return False
    LOG.info('Reloaded the configuration')
    warn_of_unknown(conf)
    return True


def _stop(conf, services):
    # Not taken back: what the interpreter still waits for counts, too.
    signal.signal(signal.SIGALRM, functools.partial(_give_up, services))
    signal.alarm(conf.graceful_shutdown_timeout)
    for one in reversed(services):
        one.stop()
    # At the same time: each takes the second that a thread needs to end.
    _at_once([one.wait for one in services])


def _at_once(calls, seconds=None):
    """Call functions in threads, and wait for all, or for so many seconds."""
    threads = [threading.Thread(target=call, daemon=True) for call in calls]
    for one in threads:
        one.start()
    for one in threads:
        one.join(seconds)


def _give_up(services, *_):
    _at_once([one.hand_back for one in services], HANDING_BACK)
    LOG.warning(
        'graceful_shutdown_timeout has ended: unfinished work will be retried '
        'after the next start'
    )
    os._exit(1)
