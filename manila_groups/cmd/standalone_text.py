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


def ready(conf, state) -> str:
    """Tell where the service is, and what to type next."""
    host = conf.api.bind_host
    host = f'[{host}]' if ':' in host else host
    text = _READY + _END
    if conf.api.auth_strategy == 'noauth':
        text = _READY + _TRY + _END
    return text.format(
        url=f'http://{host}:{conf.api.bind_port}/v2',
        state=state,
        log=conf.log_file,
    )
