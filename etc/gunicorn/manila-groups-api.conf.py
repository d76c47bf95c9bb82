# SPDX-License-Identifier: Apache-2.0
# The API under gunicorn.
#
#   cd /etc/manila-groups
#   /opt/manila-groups/bin/gunicorn --config manila-groups-api.conf.py

wsgi_app = 'manila_groups.wsgi.api:application'
proc_name = 'manila-groups-api'

# A web server in front, on the same machine, takes TLS and slow clients.
bind = '127.0.0.1:8786'
forwarded_allow_ips = '127.0.0.1'

# One process for each processor core that the API is to use, which share
# their memory as the application is loaded before they are forked.
workers = 2
worker_class = 'gthread'
threads = 4
preload_app = True
control_socket_disable = True

# A request takes milliseconds; one that takes this many seconds hangs.
timeout = 120
graceful_timeout = 60

# A token has to fit.
limit_request_field_size = 65520
limit_request_line = 8190

accesslog = '-'
access_log_format = (
    '%(h)s "%(m)s %(U)s" %(s)s %(B)s bytes %(M)s ms '
    '%({x-openstack-request-id}o)s'
)
