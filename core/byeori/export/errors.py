"""What can be wrong with an export."""

from byeori.errors import DataError


class ExportError(DataError):
    """A model cannot be exported in this form, or not to this place."""
