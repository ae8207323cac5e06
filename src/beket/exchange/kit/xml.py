"""Opens XML that anybody may have sent: bounded, without document types, without a network; says where it is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from lxml import etree

from beket.exchange.kit.branch import Branch
from beket.exchange.kit.refusal import RefusalKind, Refused
from beket.words.documents import Remark

BYTES_MAX: Final = 32 * 1024 * 1024
"""Most bytes of one message; the largest declaration we were given has 1.2 MB (reference 02 §1.3)."""

DEPTH_MAX: Final = 64
"""Deepest element; the schemas need fewer than twenty."""

ELEMENTS_MAX: Final = 600_000
"""Most elements of one message: ten thousand lines of goods with all their details."""

NAME_CHARS_MAX: Final = 1000
"""Longest name of an element, its namespace included: each element of a message has both."""

NAMES_MAX: Final = 4096
"""Most names of elements that are kept at hand, parted; a structure has some hundreds."""

_ATTRIBUTED: Final = etree.XPath("boolean(*//@*)")
"""Tells whether any element below has an attribute."""

_KINDS: Final[dict[int, RefusalKind]] = {
    etree.ErrorTypes.ERR_DOCUMENT_EMPTY: "empty",
    etree.ErrorTypes.ERR_INVALID_CHAR: "encoding",
    etree.ErrorTypes.ERR_INVALID_ENCODING: "encoding",
    etree.ErrorTypes.ERR_UNKNOWN_ENCODING: "encoding",
    etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING: "encoding",
    etree.ErrorTypes.ERR_TAG_NOT_FINISHED: "truncated",
    etree.ErrorTypes.ERR_GT_REQUIRED: "truncated",
}


def opened(blob: bytes) -> Branch:
    """Read XML into branches; raises Refused."""
    if len(blob) > BYTES_MAX:
        raise Refused("size", f"{len(blob)} bytes; at most {BYTES_MAX} are read")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(blob, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        reason = str(error.msg).partition(", line ")[0]
        kind: RefusalKind = "doctype" if b"<!DOCTYPE" in blob else _KINDS.get(error.code, "malformed")
        raise Refused(kind, reason, f"line {line}, column {column}") from error
    except ValueError as error:
        raise Refused("encoding", str(error)) from error
    if root.getroottree().docinfo.doctype:
        raise Refused("doctype", "a document type is declared, which no message needs", "line 1")
    return _planted(root)


def _planted(root: etree._Element) -> Branch:
    """Turn elements into branches, without recursion: depth is the sender's choice.

    One loop without calls, for a message has a hundred thousand of them.
    """
    remarks: list[Remark] = []
    top = Branch("", "", 0, remarks)
    attributed = bool(_ATTRIBUTED(root))  # asked once: nearly no message has any below its root
    waiting: list[tuple[Iterable[etree._Element], Branch, int]] = [((root,), top, 0)]
    count = 0
    while waiting:
        elements, above, depth = waiting.pop()
        if depth > DEPTH_MAX:
            raise Refused("depth", f"elements lie more than {DEPTH_MAX} deep", f"line {above.line}")
        grown: list[Branch] = []
        by_name: dict[str, list[Branch]] = {}
        for element in elements:
            tag, text = element.tag, element.text
            if tag.__class__ is not str:
                raise Refused("malformed", "an entity stands where text should", f"line {element.sourceline}")
            name, namespace = _parted(tag)
            branch = Branch(name, text.strip() if text else "", element.sourceline or 0, remarks, namespace)
            if (attributed or not depth) and element.keys():
                branch.attributes = {str(key).rpartition("}")[2]: str(value) for key, value in element.items()}
            grown.append(branch)
            if name in by_name:
                by_name[name].append(branch)
            else:
                by_name[name] = [branch]
            if len(element):
                waiting.append((element, branch, depth + 1))
        above.bear(grown, by_name)
        count += len(grown)
        if count > ELEMENTS_MAX:
            raise Refused("elements", f"more than {ELEMENTS_MAX} elements", f"line {above.line}")
    return top.branches[0]


@lru_cache(NAMES_MAX)
def _parted(tag: str) -> tuple[str, str]:
    """Part a tag into its local name and its namespace; nearly all have been met before. Raises Refused."""
    if len(tag) > NAME_CHARS_MAX:
        raise Refused("size", f"an element's name of {len(tag)} characters; at most {NAME_CHARS_MAX} are read")
    namespace, _, name = tag.rpartition("}")
    return name, namespace[1:]
