# SPDX-License-Identifier: Apache-2.0
"""Shares as NFSv4 exports of an NFS-Ganesha on this machine.

An export is a file that the configuration of NFS-Ganesha includes, so that it
is there again whenever NFS-Ganesha starts, and NFS-Ganesha is told of it on
the D-Bus, which takes one export in without touching others.

The file is the record of what was begun: it is there before there is anything
else of an export, and goes after everything else has gone.
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
from manila_groups.backend.drivers.local import place
from manila_groups.backend.drivers.local import privileged

LOG = log.getLogger(__name__)

#: What a path and a name may hold to be written between quotes, and as part
#: of a file's name.
_PATH = re.compile(r'/[^"\\\x00-\x1f\x7f]*')
_VOLUME = re.compile(r'[^",/\\\x00-\x1f\x7f]{1,90}')

_INCLUDE = re.compile(
    r'^\s*%(include|dir)\s+"?([^"\n]+?)"?\s*$', re.MULTILINE | re.IGNORECASE
)


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
        #: Shares whose exports NFS-Ganesha could not be asked about.
        self._doubtful: set[str] = set()
        self._bus = ganesha_bus.Bus(
            section.ganesha_dbus_address, self._unreachable
        )

    def setup(self) -> None:
        """Make sure that shares can be exported; bring back lost exports.

        :raises DriverError: if they can't; the message names the option to
            change or the thing to repair
        """
        if not self._section.ganesha_addresses:
            raise self._refused(
                'ganesha_addresses', 'no value; name what clients mount from'
            )
        for option in ('ganesha_config_dir', 'ganesha_mount_dir'):
            if not _PATH.fullmatch(self._section[option]):
                raise self._refused(
                    option, 'the path must be absolute, and without quotes'
                )
        with self._told('ganesha_config_dir'):
            self._files.prepare()
        self._check_included()
        with self._told('ganesha_mount_dir'):
            os.makedirs(self._mounts.where(''), mode=0o750, exist_ok=True)
        self._bus.check()
        self._restore()

    def check(self) -> None:
        """Make sure that NFS-Ganesha answers.

        What it may have read in another sense when it did not, is looked at.

        :raises TransientDriverError: if it does not
        """
        self._bus.check()
        for share_id in list(self._doubtful):
            self._settle(share_id)

    def locations(
        self, share_id: str, path: str
    ) -> list[driver.ExportLocation]:
        """Say where a share is mounted from, the preferred place first.

        :param path: the directory of the share
        """
        return [
            driver.ExportLocation(
                f'{netutils.escape_ipv6(address)}:{self._pseudo(share_id)}',
                preferred=not index,
            )
            for index, address in enumerate(self._section.ganesha_addresses)
        ]

    def publish(
        self, share_id: str, path: str, rules: Iterable[driver.AccessRule]
    ) -> None:
        """Let those use a share whom the rules name, and nobody else.

        Returns when NFS-Ganesha has it so.

        :param path: the directory of the share, with the share's id as name
        :param rules: all of them; without any the share is exported to nobody
        :raises TransientDriverError: if NFS-Ganesha does not answer; one that
            had not been told yet keeps to the rules when it starts
        :raises DriverError: if it could not be done; the export is as it was
            before, or closed
        """
        record = ganesha_files.Record(path, tuple(rules))
        with self._told('ganesha_config_dir'), self._files.locked() as lock:
            root, inside = self._mounts.split(path)
            volume = os.path.basename(root)
            served = self._served(volume, inside)
            self._check_names(served, volume)
            export = self._export(lock, share_id, volume)
            text = ganesha_text.write(
                export.export_id, served, self._pseudo(share_id), record
            )
            self._put(export, root, text)

    def withdraw(self, share_id: str) -> None:
        """End the export of a share; one that is not exported is fine.

        :raises DriverError: if something of the export is still there
        """
        with self._told('ganesha_config_dir'), self._files.locked():
            export = self._find(share_id)
            if export:
                self._remove(export)

    def published(self) -> set[str]:
        """Name the shares of this back end that have an export.

        :raises DriverError: if that can't be found out
        """
        with self._told('ganesha_config_dir'):
            return {export.share_id for export in self._own()}

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
            self._remove(export)
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
        """Make sure that an export is as its file says, or closed."""
        with self._told('ganesha_config_dir'), self._files.locked():
            export = self._find(share_id)
            if export and share_id in self._doubtful:
                text = self._files.read(export)
                self._go_back(export, [text, ganesha_text.closed(text)])
            self._doubtful.discard(share_id)

    def _put(self, export, root, text):
        """Have an export as a text says; else as it was before, or closed."""
        before = self._files.read(export)
        is_told = False
        try:
            self._write(export, before, text)
            self._mount(export, root)
            tell = self._find_method(export, text)
            is_told = True
            self._tell(tell, export, text)
        except Exception as error:
            self._doubtful.add(export.share_id)
            texts = [ganesha_text.closed(text)]
            if ganesha_text.is_usable(before):
                texts.insert(0, before)
            if is_told:
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
            # An update leaves it where it was, and says that it was done.
            self._end(export)
        if before != text:
            self._files.write(export, text)

    def _mount(self, export, root):
        if root and not self._mounts.is_made(root):
            # NFS-Ganesha may have what is below the mount.
            self._end(export)
            self._mounts.make(root)

    def _find_method(self, export, text):
        """Find out how NFS-Ganesha is to be told of an export."""
        shown = self._bus.display(export.export_id)
        if shown and shown.path != ganesha_text.shown(text).path:
            self._end(export)
            shown = None
        return self._bus.update if shown else self._bus.add

    def _tell(self, tell, export, text):
        """Have NFS-Ganesha serve an export, and see that it does."""
        tell(export.export_id, self._files.where(export))
        shown = self._bus.display(export.export_id)
        wanted = ganesha_text.shown(text)
        if shown != wanted:
            raise self._unreachable(
                exception.DriverError, f'it has {shown} in place of {wanted}'
            )

    def _go_back(self, export, texts):
        """Undo what NFS-Ganesha may have read in another sense.

        :param texts: what to have instead; the first that is read rightly
        :raises TransientDriverError: if NFS-Ganesha does not answer; the file
            is safe then
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
            'Back end %(name)s: the export %(file)s cannot be put in place '
            'again: %(error)s',
            {
                'name': self._name,
                'file': self._files.where(export),
                'error': error,
            },
        )

    def _end(self, export):
        """End what is served with the id of an export, if it is that."""
        shown = self._bus.display(export.export_id)
        if shown and os.path.basename(shown.path) != export.share_id:
            raise self._unreachable(
                exception.DriverError,
                f'Export_Id {export.export_id} is that of {shown.path}, but '
                f'belongs to {self._files.where(export)}; give the other '
                'export another id',
            )
        if shown:
            self._bus.remove(export.export_id)

    def _remove(self, export):
        """Remove an export and its mount, and then what says they exist."""
        self._end(export)
        volumes = [one.volume for one in self._own()]
        if export.volume and volumes.count(export.volume) == 1:
            self._mounts.remove(export.volume)
        self._files.remove(export)

    def _restore(self):
        """Publish again what was: after a boot the mounts are missing."""
        for export in self._own():
            try:
                record = ganesha_files.Record.parse(self._files.read(export))
                rules = self._usable(export, record.rules)
                self.publish(export.share_id, record.path, rules)
            except (exception.DriverError, ValueError) as error:
                self._warn(export, error)

    def _usable(self, export, rules):
        """Leave rules out that an earlier release has let pass."""
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
        with self._told('ganesha_config_file'):
            wanted = os.path.realpath(self._files.path)
            if wanted in _included(self._section.ganesha_config_file):
                return
        raise self._refused(
            'ganesha_config_file',
            'it does not include the exports; add this line to it, and '
            f'restart NFS-Ganesha: %dir "{self._files.path}"',
        )

    def _check_names(self, served, volume):
        if not _PATH.fullmatch(served):
            raise self._refused(
                'local_path', 'a path to export can not have quotes in it'
            )
        if volume and not _VOLUME.fullmatch(volume):
            raise self._refused(
                'local_path', f'a subvolume can not be named {volume!r}'
            )

    def _pseudo(self, share_id):
        return f'{self._section.ganesha_pseudo_root}/{share_id}'

    @contextlib.contextmanager
    def _told(self, option):
        """Turn the operating system's errors into the driver's."""
        try:
            yield
        except OSError as error:
            raise self._refused(
                option, str(error), place.kind_of(error)
            ) from error

    def _unreachable(self, kind, reason):
        return self._refused(
            'ganesha_dbus_address', f'NFS-Ganesha: {reason}', kind
        )

    def _refused(self, option, reason, kind=exception.DriverError):
        value = self._section[option]
        return kind(f'[{self._name}] {option} = {value}: {reason}')


def _included(file, seen=None):
    """Return the directories that a configuration includes, as real paths.

    :raises OSError: if the file, or one that it includes, can't be read
    """
    directories, seen = set(), set() if seen is None else seen
    with open(file, encoding='utf-8', errors='replace') as config:
        text = config.read()
    for kind, name in _INCLUDE.findall(text):
        path = os.path.realpath(os.path.join(os.path.dirname(file), name))
        if kind.lower() == 'dir':
            directories.add(path)
        elif path not in seen:
            seen.add(path)
            directories |= _included(path, seen)
    return directories
