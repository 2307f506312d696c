"""Comments and documentation: taking them out of code, and reading what they say."""

from synthcode.comments.documentation import detach_documentation
from synthcode.comments.stripping import strip

__all__ = ["detach_documentation", "strip"]
