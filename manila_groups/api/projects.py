# SPDX-License-Identifier: Apache-2.0
"""Projects that requests name, looked for in Keystone."""

import functools
import urllib.parse

from keystoneauth1 import adapter
from keystoneauth1 import exceptions as keystone_exception
from keystoneauth1 import loading
from keystoneauth1 import session
from oslo_log import log

from manila_groups import exception
from manila_groups.conf import keystone as options

LOG = log.getLogger(__name__)

#: Seconds to wait for an answer, where [keystone_authtoken] says nothing.
_TIMEOUT = 10


class KeystoneProjects:
    """Asks Keystone, as the user of the service.

    :param conf: with the options of keystonemiddleware registered
    """

    def __init__(self, conf):
        self._conf = conf

    @functools.cached_property
    def _keystone(self):
        values = self._conf[options.GROUP]
        cert = (values.certfile, values.keyfile) if values.certfile else None
        return adapter.Adapter(
            session.Session(
                loading.load_auth_from_conf_options(self._conf, options.GROUP),
                verify=not values.insecure and (values.cafile or True),
                cert=cert,
                timeout=values.http_connect_timeout or _TIMEOUT,
            ),
            service_type='identity',
            interface=values.interface,
            region_name=values.region_name,
            min_version='3.0',
            max_version='3.latest',
        )

    def check(self, project_id: str) -> None:
        """Check that there is a project.

        What Keystone does not tell, or not to the service's user, is no
        reason to refuse a request.

        :raises Invalid: Keystone knows no such project
        """
        path = f'/projects/{urllib.parse.quote(project_id, safe="")}'
        try:
            status = self._keystone.get(path, raise_exc=False).status_code
        except keystone_exception.ClientException as error:
            LOG.warning(
                'Keystone cannot tell whether there is a project %s: %s',
                project_id,
                error,
            )
            return
        if status == 404:
            raise exception.Invalid(
                f"project: '{project_id:.255}' is not the id of a project."
            )
        if status != 200:
            LOG.info(
                'Keystone does not tell whether there is a project %s: it '
                'answers with %s.',
                project_id,
                status,
            )
