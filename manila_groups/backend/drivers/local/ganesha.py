# SPDX-License-Identifier: Apache-2.0
"""Shares as NFSv4 exports of an NFS-Ganesha on this machine.

Each export is a file that the configuration of NFS-Ganesha includes, so that
NFS-Ganesha serves it again after a restart. A method on the D-Bus makes
NFS-Ganesha load one export without touching others.

The file is the record of the work: it is created before anything else of an
export, and removed after everything else.
"""

from collections.abc import Iterable
import contextlib
import os
import re

from oslo_config import cfg
from oslo_log import log
from oslo_utils import netutils

from manila_groups import exception
from manila_groups.backend import driver
from manila_groups.backend.drivers.local import ganesha_bus
from manila_groups.backend.drivers.local import ganesha_clients
from manila_groups.backend.drivers.local import ganesha_files
from manila_groups.backend.drivers.local import ganesha_mounts
from manila_groups.backend.drivers.local import ganesha_text
from manila_groups.backend.drivers.local import paths
from manila_groups.backend.drivers.local import privileged

LOG = log.getLogger(__name__)

#: Paths that can be written between quotes, and volumes that can be a part of
#: a file name.
_PATH = re.compile(r'/[^"\\\x00-\x1f\x7f]*')
_VOLUME = re.compile(r'[^",/\\\x00-\x1f\x7f]{1,90}')

#: The id of a share, its directory, and its access rules.
Published = tuple[str, str, Iterable[driver.AccessRule]]


class Ganesha:
    """The exports of one back end.

    Its methods may be called from several threads, for different shares.

    :param name: the back end's name
    :param section: the options of its section
    """

    def __init__(self, name: str, section: cfg.ConfigOpts.GroupAttr):
        self._name = name
        self._section = section
        self._files = ganesha_files.Files(section.ganesha_config_dir)
        self._mounts = ganesha_mounts.Mounts(
            os.path.join(section.ganesha_mount_dir, name),
            privileged.Caller(section),
        )
        #: Shares whose exports may differ from their files in NFS-Ganesha.
        self._doubtful: set[str] = set()
        self._bus = ganesha_bus.Bus(
            section.ganesha_dbus_address, self._unreachable
        )

    def setup(self) -> None:
        """Make sure that shares can be exported; restore lost exports.

        :raises DriverError: if they cannot; the message names the option to
            change or what to repair
        """
        if not self._section.ganesha_addresses:
            raise self._refused(
                'ganesha_addresses',
                'no value; name the addresses that clients mount from',
            )
        for option in ('ganesha_config_dir', 'ganesha_mount_dir'):
            if not _PATH.fullmatch(self._section[option]):
                raise self._refused(
                    option, 'the path must be absolute and without quotes'
                )
        with self._translated('ganesha_config_dir'):
            self._files.prepare()
        self._check_included()
        with self._translated('ganesha_mount_dir'):
            os.makedirs(self._mounts.where(''), mode=0o750, exist_ok=True)
        self._bus.check()
        self._restore()

    def check(self) -> None:
        """Make sure that NFS-Ganesha answers.

        Exports that may have been loaded while it did not answer are verified.

        :raises TransientDriverError: if it does not
        """
        self._bus.check()
        for share_id in list(self._doubtful):
            self._settle(share_id)

    def locations(
        self, share_id: str, path: str
    ) -> list[driver.ExportLocation]:
        """Return the export locations of a share, the preferred one first.

        :param path: the directory of the share
        """
        return [
            driver.ExportLocation(
                f'{netutils.escape_ipv6(address)}:{self._pseudo(share_id)}',
                preferred=not index,
            )
            for index, address in enumerate(self._section.ganesha_addresses)
        ]

    def publish(self, shares: Iterable[Published]) -> None:
        """Allow exactly the clients in the rules to use shares.

        Returns when NFS-Ganesha has applied the rules.

        :param shares: of each the id, the directory, which has the id as its
            name, and all rules; without any, the share has no clients
        :raises TransientDriverError: if NFS-Ganesha does not answer; if it had
            not been called yet, it applies the rules when it starts
        :raises DriverError: if it failed; the export is as it was before, or
            closed
        """
        with self._locked() as lock:
            for share_id, path, rules in shares:
                record = ganesha_files.Record(path, tuple(rules))
                self._publish(lock, share_id, record)

    def _publish(self, lock, share_id, record):
        root, inside = self._mounts.split(record.path)
        volume = os.path.basename(root)
        served = self._served(volume, inside)
        self._check_names(served, volume)
        export = self._export(lock, share_id, volume)
        text = ganesha_text.write(
            export.export_id, served, self._pseudo(share_id), record
        )
        self._put(export, root, text)

    def withdraw(self, *share_ids: str) -> None:
        """End the exports of shares that have one.

        :raises DriverError: if a part of an export remains
        """
        with self._locked():
            gone = [one for one in self._own() if one.share_id in share_ids]
            if gone:
                self._remove(gone)

    def published(self) -> set[str]:
        """Return the ids of the exported shares of this back end.

        :raises DriverError: if the files cannot be read
        """
        with self._translated('ganesha_config_dir'):
            return {export.share_id for export in self._own()}

    @contextlib.contextmanager
    def _locked(self):
        """Lock out other threads and processes; yields the lock file."""
        with (
            self._translated('ganesha_config_dir'),
            self._files.locked() as lock,
            self._bus.connected(),
        ):
            yield lock

    def _own(self):
        everything = self._files.all()
        return [one for one in everything if one.backend == self._name]

    def _find(self, share_id):
        found = (one for one in self._own() if one.share_id == share_id)
        return next(found, None)

    def _export(self, lock, share_id, volume):
        """Find the export of a share, or an id for a new one."""
        export = self._find(share_id)
        if export and export.volume != volume:
            self._remove([export])
            export = None
        return export or ganesha_files.Export(
            self._name, volume, share_id, self._free_id(lock)
        )

    def _free_id(self, lock):
        for export_id in self._files.free_ids(lock):
            # The operator may have exports, too.
            if self._bus.display(export_id) is None:
                return export_id
        raise self._refused('ganesha_config_dir', 'there are 65535 exports')

    def _served(self, volume, inside):
        if not volume:
            return inside
        return os.path.normpath(
            os.path.join(self._mounts.where(volume), inside)
        )

    def _settle(self, share_id):
        """Make sure that an export matches its file or is closed."""
        with self._locked():
            export = self._find(share_id)
            if export and share_id in self._doubtful:
                text = self._files.read(export)
                self._go_back(export, [text, ganesha_text.closed(text)])
            self._doubtful.discard(share_id)

    def _put(self, export, root, text):
        """Apply the text of an export; on failure restore or close it."""
        before = self._files.read(export)
        is_sent = False
        try:
            self._write(export, before, text)
            self._mount(export, root)
            # The id of a new export has been found free just now.
            tell = self._find_method(export, text) if before else self._bus.add
            is_sent = True
            self._tell(tell, export, text)
        except Exception as error:
            self._doubtful.add(export.share_id)
            texts = [ganesha_text.closed(text)]
            if ganesha_text.is_usable(before):
                texts.insert(0, before)
            if is_sent:
                self._go_back(export, texts)
            elif isinstance(error, exception.TransientDriverError):
                raise
            else:
                self._files.write(export, texts[0])
            self._doubtful.discard(export.share_id)
            raise
        self._doubtful.discard(export.share_id)

    def _write(self, export, before, text):
        if before and f'"{self._pseudo(export.share_id)}"' not in before:
            # An update ignores a new pseudo path and reports success.
            self._end(export)
        if before != text:
            self._files.write(export, text)

    def _mount(self, export, root):
        if root and not self._mounts.is_made(root):
            # NFS-Ganesha may have opened the directory below the mount.
            self._end(export)
            self._mounts.make(root)

    def _find_method(self, export, text):
        """Choose the method that makes NFS-Ganesha load an export."""
        shown = self._bus.display(export.export_id)
        if shown and shown.path != ganesha_text.shown(text).path:
            self._end(export)
            shown = None
        return self._bus.update if shown else self._bus.add

    def _tell(self, tell, export, text):
        """Make NFS-Ganesha serve an export, and verify that it does."""
        tell(export.export_id, self._files.where(export))
        shown = self._bus.display(export.export_id)
        wanted = ganesha_text.shown(text)
        if shown != wanted:
            raise self._unreachable(
                exception.DriverError, f'it has {shown} instead of {wanted}'
            )

    def _go_back(self, export, texts):
        """Replace an export that NFS-Ganesha may have misread.

        :param texts: the replacements, of which the first that is read
            correctly counts
        :raises TransientDriverError: if NFS-Ganesha does not answer; then the
            file is safe
        """
        if not any(self._is_put_back(export, text) for text in texts):
            self._bus.remove(export.export_id)

    def _is_put_back(self, export, text):
        self._files.write(export, text)
        try:
            self._tell(self._find_method(export, text), export, text)
        except exception.TransientDriverError:
            raise
        except Exception as error:
            self._warn(export, error)
            return False
        return True

    def _warn(self, export, error):
        LOG.warning(
            'Back end %(name)s: the export %(file)s cannot be restored: '
            '%(error)s',
            {
                'name': self._name,
                'file': self._files.where(export),
                'error': error,
            },
        )

    def _end(self, export):
        """End the served export, if it is that of the same share."""
        shown = self._bus.display(export.export_id)
        if shown and os.path.basename(shown.path) != export.share_id:
            raise self._unreachable(
                exception.DriverError,
                f'Export_Id {export.export_id} of {shown.path} belongs to '
                f'{self._files.where(export)}; give the other export '
                'another id',
            )
        if shown:
            self._bus.remove(export.export_id)

    def _remove(self, exports):
        """Remove exports, mounts that no other uses, and at last the files."""
        for export in exports:
            self._end(export)
        kept = {one.volume for one in self._own() if one not in exports}
        for volume in {one.volume for one in exports} - kept - {''}:
            self._mounts.remove(volume)
        for export in exports:
            self._files.remove(export)

    def _restore(self):
        """Publish all exports again: after a boot the mounts are missing."""
        for export in self._own():
            try:
                record = ganesha_files.Record.parse(self._files.read(export))
                rules = self._usable(export, record.rules)
                self.publish([(export.share_id, record.path, rules)])
            except (exception.DriverError, ValueError) as error:
                self._warn(export, error)

    def _usable(self, export, rules):
        """Leave out invalid rules that an earlier release has accepted."""
        usable = []
        for rule in rules:
            try:
                ganesha_clients.clients([rule])
            except exception.DriverError as error:
                self._warn(export, error)
            else:
                usable.append(rule)
        return usable

    def _check_included(self):
        with self._translated('ganesha_config_file'):
            wanted = os.path.realpath(self._files.path)
            if wanted in ganesha_files.included(
                self._section.ganesha_config_file
            ):
                return
        raise self._refused(
            'ganesha_config_file',
            'it does not include the exports; add this line to it, and '
            f'restart NFS-Ganesha: %dir "{self._files.path}"',
        )

    def _check_names(self, served, volume):
        if not _PATH.fullmatch(served):
            raise self._refused(
                'local_path', 'a path to export must not have quotes in it'
            )
        if volume and not _VOLUME.fullmatch(volume):
            raise self._refused(
                'local_path', f'a subvolume must not be named {volume!r}'
            )

    def _pseudo(self, share_id):
        return f'{self._section.ganesha_pseudo_root}/{share_id}'

    @contextlib.contextmanager
    def _translated(self, option):
        """Turn errors of the operating system into driver errors."""
        try:
            yield
        except OSError as error:
            raise self._refused(
                option, str(error), paths.kind_of(error)
            ) from error

    def _unreachable(self, kind, reason):
        return self._refused(
            'ganesha_dbus_address', f'NFS-Ganesha: {reason}', kind
        )

    def _refused(self, option, reason, kind=exception.DriverError):
        value = self._section[option]
        return kind(f'[{self._name}] {option} = {value}: {reason}')
