# SPDX-License-Identifier: Apache-2.0
"""Every error that the service reports, with its HTTP status.

A client reads ``{"<fault>": {"code": N, "message": "..."}}``.  See
'HTTP in general' in the contract, ``doc/source/contributor/contract.rst``.
"""


class ServiceError(Exception):
    """An error with a message for the caller.

    :param message: one sentence that names the field, the value and the rule
    """

    code = 500
    fault = 'computeFault'

    def __init__(self, message: str):
        super().__init__(message)
        self.message = message


class Invalid(ServiceError):
    """The request can't be taken as it is."""

    code = 400
    fault = 'badRequest'


class Unauthorized(ServiceError):
    """The caller has to say who they are.

    :param challenge: how, as the header WWW-Authenticate
    """

    code = 401
    fault = 'unauthorized'

    def __init__(self, message: str, challenge: str):
        super().__init__(message)
        self.challenge = challenge


class Forbidden(ServiceError):
    """The policy does not let this caller do this."""

    code = 403
    fault = 'forbidden'


class NotFound(ServiceError):
    """There is no such row, or none that this caller may see."""

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
    """The microversion asked for is outside the range."""

    code = 406


class Conflict(ServiceError):
    """The row's state, or another row, stands against it."""

    code = 409
    fault = 'conflictingRequest'


class OverQuota(ServiceError):
    """The project may not have more of this resource."""

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


class ConfigurationError(ServiceError):
    """The operator's configuration can't be used; no request's fault."""


class DriverError(ServiceError):
    """A back end's driver could not do what was asked.

    The message is for the operator's log; users see the message of the
    failed step.
    """


class TransientDriverError(DriverError):
    """What a driver needs does not answer now, and is expected to be back."""


class PossibleDataLoss(DriverError):
    """A share holds more than it is to hold from now on."""


class ServiceUnavailable(ServiceError):
    """Something that the service needs does not answer."""

    code = 503
    fault = 'serviceUnavailable'
