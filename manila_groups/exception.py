# SPDX-License-Identifier: Apache-2.0
"""The errors of the service: of requests, and of what serves them.

A client reads ``{"<fault>": {"code": N, "message": "..."}}`` of a
:class:`ServiceError`.  See 'HTTP in general' in the contract,
``doc/source/contributor/contract.rst``.  An :class:`InternalError` is for the
operator: it ends in the log.
"""


class ServiceError(Exception):
    """A request failed; the caller is told why.

    :cvar code: the HTTP status
    :cvar fault: the fault's name
    :param message: one sentence that names the field, the value and the rule
    """

    code = 500
    fault = 'computeFault'

    def __init__(self, message: str):
        super().__init__(message)
        self.message = message


class Invalid(ServiceError):
    """The request is invalid."""

    code = 400
    fault = 'badRequest'


class Unauthorized(ServiceError):
    """The caller must authenticate.

    :param challenge: the value of the header WWW-Authenticate
    """

    code = 401
    fault = 'unauthorized'

    def __init__(self, message: str, challenge: str):
        super().__init__(message)
        self.challenge = challenge


class Forbidden(ServiceError):
    """The policy does not allow the caller to do this."""

    code = 403
    fault = 'forbidden'


class NotFound(ServiceError):
    """There is no such row, or the caller may not see it."""

    code = 404
    fault = 'itemNotFound'


class MethodNotAllowed(ServiceError):
    """The path exists, but not with this method.

    :param allowed: the methods that the path has
    """

    code = 405
    fault = 'badMethod'

    def __init__(self, message: str, allowed: list[str]):
        super().__init__(message)
        self.allowed = allowed


class NotAcceptable(ServiceError):
    """The requested microversion is outside the range."""

    code = 406


class Conflict(ServiceError):
    """The row's status, or another row, does not allow the request."""

    code = 409
    fault = 'conflictingRequest'


class OverQuota(ServiceError):
    """The request would exceed a quota."""

    code = 413
    fault = 'overLimit'


class RequestTooLarge(ServiceError):
    """The body has more bytes than the service reads."""

    code = 413
    fault = 'overLimit'


class UnsupportedMediaType(ServiceError):
    """The body is of a type that the service does not read."""

    code = 415
    fault = 'badMediaType'


class Unprocessable(ServiceError):
    """The request contradicts an earlier one that it claims to repeat."""

    code = 422
    fault = 'unprocessableEntity'


class ServiceUnavailable(ServiceError):
    """Something that the service needs does not answer."""

    code = 503
    fault = 'serviceUnavailable'


class InternalError(Exception):
    """A fault of the configuration or of storage; no request is at fault.

    :param message: one sentence for the operator
    """

    def __init__(self, message: str):
        super().__init__(message)
        self.message = message


class ConfigurationError(InternalError):
    """The operator's configuration is invalid; no request is at fault."""


class NoDatabase(ConfigurationError):
    """No database is configured; the message ends with the missing lines."""


class DriverError(InternalError):
    """A back end's driver failed.

    The message is for the operator's log; users see a user message about the
    operation that failed.
    """


class TransientDriverError(DriverError):
    """Something that a driver needs does not answer now.

    The work is retried until its deadline.
    """


class NothingBegun(TransientDriverError):
    """What failed for the moment has not changed anything yet."""


class RepositoryInUse(TransientDriverError):
    """Another process has locked the repository of a project's backups."""


class NoRepository(DriverError):
    """There is no repository where one is looked for."""


class PossibleDataLoss(DriverError):
    """A share contains more data than its new size."""


class NothingChanged(DriverError):
    """A revert or restore failed, and all shares have what they had."""


def no_row(noun: str, row_id: str) -> NotFound:
    """Make the error for an id that no row has, or none that is seen.

    It says "id": a row may have the text for its name.
    """
    return NotFound(f"There is no {noun} with the id '{row_id:.255}'.")
