# SPDX-License-Identifier: Apache-2.0
"""Lets a process write a report of itself when it is asked to."""

import importlib
import signal

#: Imported by the first report: its libraries use much memory, and few
#: processes are ever asked for one.
_SECTIONS = 'manila_groups.cmd.report_sections'


def set_up(conf) -> None:
    """Write a report at each SIGUSR2, or each change of a file.

    The file is ``[oslo_reports] file_event_handler``, where that is set. The
    report goes to the error output, or to a file in ``log_dir``.

    :raises OSError: the file is not there
    """
    if conf.oslo_reports.file_event_handler:
        importlib.import_module(_SECTIONS).watch_file(conf)
    else:
        signal.signal(
            signal.SIGUSR2,
            lambda _number, frame: importlib.import_module(_SECTIONS).write(
                conf, frame
            ),
        )
