# What mod_wsgi loads: it knows files, not modules.

from manila_groups.wsgi.api import application  # noqa: F401
