"""What an XML signature refers to, by its own words: parts of its message, members of a container, its properties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias
from urllib.parse import unquote

from lxml import etree
from msgspec import Struct

from beket.exchange.kit.refusal import Refused
from beket.exchange.kit.xml import BYTES_MAX
from beket.exchange.signatures.algorithms import hindrance, is_foreign

DS: Final = "http://www.w3.org/2000/09/xmldsig#"
XADES: Final = "http://uri.etsi.org/01903/v1.3.2#"
SIGNATURE: Final = f"{{{DS}}}Signature"
MANIFEST: Final = f"{{{DS}}}Manifest"

REFERENCES_MAX: Final = 500
"""Most references of one signature."""

_ENVELOPED: Final = f"{DS}enveloped-signature"
BASE64: Final = f"{DS}base64"
_CANONICAL: Final = frozenset(
    f"{form}{comments}"
    for form in (
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/2006/12/xml-c14n11",
    )
    for comments in ("", "#WithComments")
) | frozenset({"http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"})
_TRANSFORMS: Final = _CANONICAL | {_ENVELOPED, BASE64}
"""What the library does to a part before it digests it; it passes over any other in silence, so we do not."""

_IDS: Final = ("Id", "ID", "id")
PROPERTIES: Final = f"{{{XADES}}}SignedProperties"
_OWN: Final = frozenset({PROPERTIES, f"{{{DS}}}KeyInfo", f"{{{DS}}}SignatureProperties"})
"""What a signature says of itself; it is no part of what was signed."""

Named: TypeAlias = Mapping[tuple[str, str], list[etree._Element]]  # noqa: SLF001 - it has no public name
"""Elements by the attribute and the id that names them."""

Path: TypeAlias = tuple[int, ...]
"""Where an element lies: which child of which child of the root, counted among elements alone."""


class Part(Struct, frozen=True, kw_only=True):
    """One reference: an element of the same message, or the name of a member beside it."""

    uri: str | None
    transforms: tuple[str, ...]
    digest_method: str
    digest: str
    element: etree._Element | None = None

    @property
    def member(self) -> str | None:
        """Give the name of the member that is referred to, as the container spells it."""
        return None if self.uri is None or self.uri[:1] in {"", "#"} else unquote(self.uri).removeprefix("/")

    @property
    def canonical(self) -> bool:
        """Say whether a member is digested as XML and not byte by byte."""
        return any(one in _CANONICAL for one in self.transforms)

    @property
    def own(self) -> bool:
        """Say whether the signature refers to what it says of itself."""
        return self.element is not None and self.element.tag in _OWN

    @property
    def title(self) -> str:
        """Name the part for a person."""
        if self.element is None:
            return self.member or "?"
        name = etree.QName(self.element).localname
        return f"{name}{self.uri}" if self.uri else name


class Claim(Struct, frozen=True, kw_only=True):
    """One signature as it stands: where, over what, with which algorithms."""

    element: etree._Element
    place: Path
    method: str
    parts: tuple[Part, ...]
    properties: etree._Element | None

    @property
    def hindrance(self) -> str:
        """Say why nobody here can check it; nothing where somebody can."""
        if len(self.parts) > REFERENCES_MAX:
            return f"{len(self.parts)} references; at most {REFERENCES_MAX} are followed"
        weak = hindrance(self.method, *(one.digest_method for one in self.parts))
        if weak:
            return weak
        if any(one.uri is None or (one.element is None and one.member is None) for one in self.parts):
            return "it refers to something that cannot be found by its name"
        odd = next((name for one in self.parts for name in one.transforms if name not in _TRANSFORMS), None)
        return f"a part is transformed in a way that is not followed here: {odd}" if odd else ""

    @property
    def foreign(self) -> bool:
        """Say whether only an outside verifier can check it."""
        return any(map(is_foreign, (self.method, *(one.digest_method for one in self.parts))))


def tree_of(blob: bytes, where: str = "") -> etree._Element:
    """Parse XML as it was signed, with its comments and instructions; raises Refused."""
    if len(blob) > BYTES_MAX:
        raise Refused("size", f"{len(blob)} bytes; at most {BYTES_MAX} are read", where)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(blob, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refused("malformed", str(error), where) from error
    if root.getroottree().docinfo.doctype:
        raise Refused("doctype", "a document type is declared, which no message needs", where)
    return root


def claims_in(root: etree._Element) -> list[Claim]:
    """Find every signature in a message, in the order written."""
    signatures = list(root.iter(SIGNATURE))
    named = elements_by_id(root) if signatures else {}
    return [_claim(one, named) for one in signatures]


def elements_by_id(root: etree._Element) -> Named:
    """List the elements of a message by the attribute and the id that names them; the root by none."""
    named: dict[tuple[str, str], list[etree._Element]] = {("", ""): [root]}
    for element in root.iter("*"):
        for key, value in element.attrib.items():
            name = str(key).rpartition("}")[2]
            if name in _IDS:
                named.setdefault((name, str(value)), []).append(element)
    return named


def parts_of(references: etree._Element, named: Named) -> tuple[Part, ...]:
    """Read the references of a signature or a manifest."""
    return tuple(_part(one, named) for one in references.findall(f"{{{DS}}}Reference"))


def path_of(element: etree._Element) -> Path:
    """Say where an element lies."""
    steps: list[int] = []
    above = element.getparent()
    while above is not None:
        steps.append(sum(isinstance(one.tag, str) for one in element.itersiblings(preceding=True)))
        element, above = above, above.getparent()
    return tuple(reversed(steps))


def starts_with(path: Path, beginnings: Iterable[Path]) -> bool:
    """Say whether a place lies at or below one of some others."""
    return any(path[: len(one)] == one for one in beginnings)


def _claim(element: etree._Element, named: Named) -> Claim:
    signed = element.find(f"{{{DS}}}SignedInfo")
    method = element.find(f"{{{DS}}}SignedInfo/{{{DS}}}SignatureMethod")
    parts = () if signed is None else parts_of(signed, named)
    properties = (one.element for one in parts if one.element is not None and one.element.tag == PROPERTIES)
    return Claim(
        element=element,
        place=path_of(element),
        method="" if method is None else method.get("Algorithm", ""),
        parts=parts,
        properties=next(properties, None),
    )


def _part(reference: etree._Element, named: Named) -> Part:
    method = reference.find(f"{{{DS}}}DigestMethod")
    uri = reference.get("URI")
    return Part(
        uri=uri,
        transforms=tuple(one.get("Algorithm", "") for one in reference.iter(f"{{{DS}}}Transform")),
        digest_method="" if method is None else method.get("Algorithm", ""),
        digest=(reference.findtext(f"{{{DS}}}DigestValue") or "").strip(),
        element=_referred(uri, named),
    )


def _referred(uri: str | None, named: Named) -> etree._Element | None:
    """Find the one element that bears an id; two that do are ambiguous, and none is found."""
    if uri == "":
        return named["", ""][0]
    if uri is None or not uri.startswith("#"):
        return None
    found = next((named[name, uri[1:]] for name in _IDS if (name, uri[1:]) in named), [])
    return found[0] if len(found) == 1 else None
