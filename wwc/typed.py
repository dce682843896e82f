"""What people type, before it is kept."""


def plain(text: str) -> str:
    """The text with the line ends of every browser alike, and no mark that a database does not keep."""
    return text.replace("\r\n", "\n").replace("\x00", "")
