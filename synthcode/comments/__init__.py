"""Comments and documentation: taking them out of code, and reading what they say."""

from synthcode.comments.documentation import detach_documentation, last_documentation
from synthcode.comments.prose import without_markers
from synthcode.comments.stripping import strip

__all__ = ["detach_documentation", "last_documentation", "strip", "without_markers"]
