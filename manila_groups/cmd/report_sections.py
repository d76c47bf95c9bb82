# SPDX-License-Identifier: Apache-2.0
"""The report that a process writes of itself, and its sections."""

from importlib import metadata
import pathlib
import sys
import types

from oslo_reports import guru_meditation_report
from oslo_reports.generators import conf as conf_generator
from oslo_reports.generators import process as process_generator
from oslo_reports.generators import threading as thread_generator
from oslo_reports.generators import version as version_generator

from manila_groups import conf as configuration


class _Version:
    """What the report says of the package."""

    def vendor_string(self):
        return 'OpenStack'

    def product_string(self):
        return configuration.PROJECT

    def version_string_with_package(self):
        return metadata.version(configuration.PROJECT)


def watch_file(conf) -> None:
    """Write a report at each change of ``[oslo_reports] file_event_handler``.

    :raises OSError: the file is not there
    """
    _report_of(conf).setup_autorun(
        _Version(), service_name=_program(), conf=conf
    )


def write(conf, frame: types.FrameType | None) -> None:
    """Write a report.

    :param frame: where the main thread is
    """
    _report_of(conf).handle_signal(
        _Version(), _program(), conf.oslo_reports.log_dir, frame
    )


def _program():
    return pathlib.Path(sys.argv[0]).name


def _report_of(conf):
    class Report(guru_meditation_report.TextGuruMeditation):
        """The library's, of this configuration: that looks at a global one."""

        def _readd_sections(self):
            del self.sections[self.start_section_index :]
            for title, generator in (
                (
                    'Package',
                    version_generator.PackageReportGenerator(self.version_obj),
                ),
                (
                    'Threads',
                    thread_generator.ThreadReportGenerator(self.traceback),
                ),
                ('Processes', process_generator.ProcessReportGenerator()),
                (
                    'Configuration',
                    conf_generator.ConfigReportGenerator(conf),
                ),
            ):
                self.add_section(title, generator)

    return Report
