# SPDX-License-Identifier: Apache-2.0
"""A real NFS-Ganesha for a test, with a bus and a port of its own."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

import fixtures

from manila_groups.tests import nfs_write
from manila_groups.tests import servers

_COMMANDS = ('ganesha.nfsd', 'dbus-daemon', 'nfs-cat', 'nfs-cp', 'nfs-ls')

_BUS = """\
<!DOCTYPE busconfig PUBLIC
 "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={temp}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
"""

# Clients of libnfs speak NFSv4.0.
_GANESHA = """\
NFS_CORE_PARAM {{
    Protocols = 4;
    NFS_Port = {port};
    Bind_addr = 127.0.0.1;
    Enable_UDP = false;
    Enable_NLM = false;
    Enable_RQUOTA = false;
}}
NFSv4 {{
    {nfsv4}
    Minor_Versions = 0, 1, 2;
    RecoveryRoot = {temp}/recovery;
    Only_Numeric_Owners = true;
}}
%dir "{temp}/exports"
"""


def need(test) -> None:
    """Skip a test, or fail it, where NFS-Ganesha can't be run."""
    missing = [name for name in _COMMANDS if not shutil.which(name)]
    if missing:
        servers.not_there(test, 'NFS-Ganesha', f'no {", ".join(missing)}')
    if os.geteuid():
        servers.not_there(test, 'NFS-Ganesha', 'only root can start it')


class GaneshaFixture(fixtures.Fixture):
    """An NFS-Ganesha that serves what is in a directory, and its bus.

    :param nfsv4: more options of its block NFSv4
    :ivar options: for the section of a back end
    :ivar exports: the directory of its exports
    :ivar log: the file that it writes its log to
    """

    def __init__(self, nfsv4: str = 'Graceless = true;'):
        self._nfsv4 = nfsv4

    def _setUp(self):
        self.temp = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.exports = self.temp / 'exports'
        self.log = self.temp / 'log'
        self._process = None
        for name in ('exports', 'recovery', 'volumes'):
            (self.temp / name).mkdir()
        self.options = {
            'ganesha_addresses': ['127.0.0.1'],
            'ganesha_config_dir': str(self.exports),
            'ganesha_config_file': str(self.temp / 'ganesha.conf'),
            'ganesha_mount_dir': str(self.temp / 'volumes'),
            'ganesha_dbus_address': f'unix:path={self.temp}/bus',
        }
        self.addCleanup(self.unmount)
        self._start_bus()
        self.addCleanup(self.stop)
        self.start()

    def _start_bus(self):
        config = self.temp / 'bus.conf'
        config.write_text(_BUS.format(temp=self.temp))
        bus = subprocess.Popen(
            ['dbus-daemon', f'--config-file={config}', '--nofork'],
            # It complains when it may not open as many files as it likes.
            stderr=subprocess.DEVNULL,
        )
        self.addCleanup(bus.wait)
        self.addCleanup(bus.terminate)
        _wait('the bus', (self.temp / 'bus').exists)

    def start(self) -> None:
        """Start NFS-Ganesha; returns when it answers."""
        for _attempt in range(5):
            self._run()
            if self._answers():
                return
            self.stop()
        raise RuntimeError(f'NFS-Ganesha: {self.log.read_text()}')

    def _run(self):
        self._port = _free_port()
        (self.temp / 'ganesha.conf').write_text(
            _GANESHA.format(temp=self.temp, port=self._port, nfsv4=self._nfsv4)
        )
        bus = self.options['ganesha_dbus_address']
        command = ['ganesha.nfsd', '-F']
        for option, name in (('-f', 'ganesha.conf'), ('-L', 'log')):
            command += [option, str(self.temp / name)]
        self.log.write_text('')
        self._process = subprocess.Popen(
            [*command, '-p', str(self.temp / 'pid')],
            env=os.environ | {'DBUS_SYSTEM_BUS_ADDRESS': bus},
        )

    def _answers(self):
        """Wait until it serves; False if it has ended before that."""

        def ready():
            ended = self._process.poll() is not None
            return ended or 'NFS SERVER INITIALIZED' in self.log.read_text()

        _wait('NFS-Ganesha', ready)
        return self._process.poll() is None and 'Cannot bind' not in (
            self.log.read_text()
        )

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End NFS-Ganesha; one that has ended is fine."""
        if self._process.poll() is None:
            self._process.send_signal(how)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def pause(self) -> None:
        """Stop its threads, until resume() is called."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on; one that goes on already is fine."""
        self._process.send_signal(signal.SIGCONT)

    def reload(self) -> None:
        """Have it read its configuration again."""
        done = self.log.read_text().count('Reread exports complete')
        self._process.send_signal(signal.SIGHUP)
        _wait(
            'the configuration',
            lambda: (
                self.log.read_text().count('Reread exports complete') > done
            ),
        )

    def unmount(self) -> None:
        """End what a back end has mounted."""
        with open('/proc/self/mountinfo') as table:
            mounts = [line.split(' ')[4] for line in table]
        for mount in mounts:
            if mount.startswith(f'{self.temp}/'):
                subprocess.run(['umount', '--lazy', mount], check=True)

    def url(self, location: str, name: str = '') -> str:
        """Make the URL that the clients of libnfs take."""
        address, _colon, path = location.partition(':')
        return f'nfs://{address}{path}/{name}?version=4&nfsport={self._port}'

    def client(
        self, *command: str, content: bytes = b''
    ) -> subprocess.CompletedProcess:
        """Run a client of libnfs; its input and its output are bytes."""
        return subprocess.run(
            command, capture_output=True, timeout=60, input=content
        )

    def read(self, location: str, name: str) -> bytes | None:
        """Read a file of a share; None if that is refused."""
        done = self.client('nfs-cat', self.url(location, name))
        return None if done.returncode else done.stdout

    def write(self, location: str, name: str, content: bytes) -> bool:
        """Write a new file of a share; return whether that was done."""
        source = self.temp / f'write-{time.monotonic_ns()}'
        source.write_bytes(content)
        done = self.client('nfs-cp', str(source), self.url(location, name))
        return not done.returncode

    def overwrite(self, location: str, name: str, content: bytes) -> bool:
        """Write over a file of a share; return whether that was done."""
        program = (sys.executable, '-m', nfs_write.__name__)
        done = self.client(*program, self.url(location, name), content=content)
        return not done.returncode

    def mountable(self, location: str) -> bool:
        """Return whether a share can be mounted, and listed."""
        return not self.client('nfs-ls', self.url(location)).returncode


def _free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def _wait(what, ready, seconds=30):
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise RuntimeError(f'{what} is not there after {seconds} s')
        time.sleep(0.02)
