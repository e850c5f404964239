"""Elements as the text of an XML file."""

from xml.etree import ElementTree


def document(root: ElementTree.Element) -> str:
    """The whole file, in ASCII: whatever it is piped through, its declaration stays true."""
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="us-ascii", xml_declaration=True)
    return text.decode("ascii") + "\n"
