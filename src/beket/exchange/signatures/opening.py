"""Gives documents their signatures: unwraps what is wrapped, and says of each document what lies under which."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from beket.exchange.kit.branch import Branch
from beket.exchange.kit.refusal import RefusalKind, Refused
from beket.exchange.kit.shape import Shape
from beket.exchange.signatures.asic import Container, is_asic, opened_asic
from beket.exchange.signatures.cms import is_cms, opened_cms
from beket.exchange.signatures.jws import mentions_seal, seal_signatures
from beket.exchange.signatures.trust import Trust
from beket.exchange.signatures.xml import XmlSignature, mentions_signature, xml_signatures
from beket.exchange.signatures.xml_parts import DS, Path, starts_with
from beket.words.documents import Document, Remark, Signature

Reader: TypeAlias = Callable[[bytes], tuple[Document, ...]]
"""Reads a message that nothing is wrapped around; raises Refused."""

WRAPPINGS_MAX: Final = 3
"""Most wrappings around one document; a container in another is not opened at all."""

NAMED_MAX: Final = 20
"""Most members named of those that nobody reads."""

_ROOTS_DEEP: Final = 4
"""How far below the top of a message a document may begin."""

_NOT_OURS: Final[frozenset[RefusalKind]] = frozenset({"unknown_format", "not_this_format", "empty"})
"""What a member of a container may be and harm nothing: something else than a document."""


class Inside(Struct, frozen=True, kw_only=True):
    """The signatures within one message, and where its elements lie."""

    signatures: tuple[XmlSignature, ...] = ()
    places: Mapping[int, Path] = {}
    seals: tuple[Signature, ...] = ()

    def over(self, root: Branch) -> tuple[Signature, ...]:
        """Give the signatures that have to do with one document, and say of each whether all of it lies under it."""
        if not self.signatures:
            return self.seals
        at = self.places.get(id(root), ())
        return tuple(_told(one, at) for one in self.signatures if _concerns(one, at))


def read_wrapped(blob: bytes, trust: Trust, read: Reader, wrappings: int = 0) -> tuple[Document, ...]:
    """Read the documents in a container, in a CMS, or in a message that stands for itself; raises Refused."""
    if wrappings > WRAPPINGS_MAX:
        raise Refused("depth", f"a document lies in more than {WRAPPINGS_MAX} wrappings")
    if is_asic(blob) and not wrappings:
        container = opened_asic(blob, trust)
        return _carried(container, lambda one: read_wrapped(one, trust, read, wrappings + 1))
    if not is_cms(blob):
        return read(blob)
    wrapped = opened_cms(blob, trust, covers=("content",))
    _refuse_wrong(wrapped.signatures)
    if wrapped.content is None:
        raise Refused("container", "a signature alone: what it signs lies elsewhere")
    found = read_wrapped(wrapped.content, trust, read, wrappings + 1)
    return tuple(_under(document, tuple(map(_whole, wrapped.signatures))) for document in found)


def signatures_inside(shape: Shape, blob: bytes, top: Branch, trust: Trust) -> Inside:
    """Check the signatures within a message, and take them out of what is read; raises Refused for a wrong one."""
    if shape == "json" and mentions_seal(blob):
        seals = seal_signatures(blob, trust)
        _refuse_wrong(seals)
        return Inside(seals=seals)
    if shape != "xml" or not mentions_signature(blob):
        return Inside()
    found = xml_signatures(blob, trust)
    for one in found:
        _refuse_wrong((one.signature,), f"line {one.line}")
    inside = Inside(signatures=found, places=dict(_places(top)))
    _take_out(top)
    return inside


def _carried(container: Container, read: Reader) -> tuple[Document, ...]:
    """Read each member that is a document, and name those that are none."""
    documents: list[Document] = []
    others: list[str] = []
    for member in container.members:
        try:
            found = read(member.content)
        except Refused as refused:
            if refused.refusal.kind not in _NOT_OURS:
                raise Refused(refused.refusal.kind, refused.refusal.reason, member.name) from refused
            others.append(member.name)
            continue
        documents.extend(_under(one, member.signatures) for one in found)
    shown = ", ".join(others[:NAMED_MAX]) + (" and others" if len(others) > NAMED_MAX else "")
    if not documents:
        raise Refused("unknown_format", f"a signed container, and nobody here reads what is in it: {shown}")
    beside = (Remark(kind="container", detail="nobody here reads it", where=shown),) if others else ()
    odd = (*container.remarks, *beside)
    return tuple(replace(one, remarks=(*one.remarks, *odd)) for one in documents)


def _under(document: Document, signatures: tuple[Signature, ...]) -> Document:
    return replace(document, signatures=(*document.signatures, *signatures))


def _whole(signature: Signature) -> Signature:
    return replace(signature, whole=signature.state == "valid")


def _refuse_wrong(signatures: Iterable[Signature], where: str = "") -> None:
    """Refuse what bears a signature that does not fit its bytes."""
    for one in signatures:
        if one.state == "invalid":
            raise Refused("signature", one.reason, where or one.role or "")


def _concerns(one: XmlSignature, at: Path) -> bool:
    """Say whether a signature covers a document or a part of it, or stands in it."""
    return starts_with(at, one.reaches) or any(path[: len(at)] == at for path in (*one.reaches, one.place))


def _told(one: XmlSignature, at: Path) -> Signature:
    if one.signature.state != "valid":
        return one.signature
    if starts_with(at, one.reaches):
        return replace(one.signature, whole=True)
    lack = f"what is read here is more than what it covers: {', '.join(one.signature.covers)}"
    return replace(one.signature, reason="; ".join(filter(None, (lack, one.signature.reason))))


def _places(top: Branch) -> Iterator[tuple[int, Path]]:
    """Say where those elements lie that a document may begin with."""
    level: list[tuple[Branch, Path]] = [(top, ())]
    for _ in range(_ROOTS_DEEP):
        yield from ((id(branch), path) for branch, path in level)
        level = [(below, (*path, at)) for branch, path in level for at, below in enumerate(branch.branches)]


def _take_out(top: Branch) -> None:
    """Take signatures out of a message, for nobody reads them as a part of a document."""
    waiting = [top]
    while waiting:
        branch = waiting.pop()
        kept = [one for one in branch.branches if (one.namespace, one.name) != (DS, "Signature")]
        if len(kept) != len(branch.branches):
            branch.branches = kept
        waiting.extend(kept)
