# SPDX-License-Identifier: Apache-2.0
"""What manila-groups-standalone prints."""

_READY = """\
manila-groups serves at {url}
State: {state}
Log:   {log}
"""

_TRY = """
With the client, from another terminal:

  python3 -m venv client
  client/bin/pip install python-openstackclient python-manilaclient
  export OS_AUTH_TYPE=none OS_ENDPOINT={url}
  client/bin/openstack share group create --name first --wait
  client/bin/openstack share create NFS 1 --share-group first --wait
  client/bin/openstack share group snapshot create first --name noon --wait

Without it:

  curl -H 'X-OpenStack-Manila-API-Version: 2.60' {url}/share-groups/detail
"""

_END = """
Ctrl-C ends the service; the next start carries on where it was.
"""


def url(conf) -> str:
    """Say where clients find the API."""
    host = conf.api.bind_host
    host = f'[{host}]' if ':' in host else host
    return f'http://{host}:{conf.api.bind_port}/v2'


def ready(conf, state) -> str:
    """Tell where the service is, and what to type next."""
    text = _READY + _END
    if conf.api.auth_strategy == 'noauth':
        text = _READY + _TRY + _END
    return text.format(
        url=url(conf),
        state=state,
        log=conf.log_file,
    )


_STOPPING = """\
Waiting {limit}for {operations} to finish:
  {named}
Ctrl-C again ends the service at once; the next start takes the work up again.
"""


def stopping(operations: str, named: list[str], seconds: int) -> str:
    """Tell what the end of the service waits for.

    :param operations: how many there are
    :param named: some of them
    :param seconds: for which it waits at most; 0 is without limit
    """
    return _STOPPING.format(
        limit=f'at most {seconds} seconds ' if seconds else '',
        operations=operations,
        named='\n  '.join(named),
    )
