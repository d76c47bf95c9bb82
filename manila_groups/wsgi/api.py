# SPDX-License-Identifier: Apache-2.0
"""The API for a WSGI server such as uWSGI, mod_wsgi or gunicorn.

The server loads ``manila_groups.wsgi.api:application``.
"""

from manila_groups.cmd import api

application = api.build_application()
