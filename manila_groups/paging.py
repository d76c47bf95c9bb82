# SPDX-License-Identifier: Apache-2.0
"""The page of a list that a request asks for."""

import dataclasses

from manila_groups import exception


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """The rows of a list to read.

    :ivar limit: the maximum number of rows; None for all
    :ivar marker: the id of the row before the first one
    :ivar offset: how many rows to skip
    :ivar sort_key: a key of the list's sort columns
    :ivar descending: largest first
    :ivar marker_as_offset: whether the client sent the marker as the offset
    """

    limit: int | None = None
    marker: str | None = None
    offset: int = 0
    sort_key: str = 'created_at'
    descending: bool = True
    marker_as_offset: bool = False

    def unknown_marker(self) -> exception.Invalid:
        """Make the error for a marker that is not in the list."""
        if self.marker_as_offset:
            return exception.Invalid(
                f"offset: '{self.marker}' is neither a number of rows nor the "
                'id of a row.'
            )
        return exception.Invalid(
            f"marker: there is no row with the id '{self.marker}'."
        )
