"""What do files of definitions say, and on which line? YAML, read strictly: nothing is guessed, repeated or passed over."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from uems.kernel.errors import UemsError

MAX_BYTES: Final = 5_000_000
_STEP: Final = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")


class _Loader(yaml.SafeLoader):
    """Texts stay texts: of plain words only true, false and null, and numbers as JSON writes them, are anything else."""


# Without this a day would become a date, "no" a boolean and 1:30 a number of seconds.
_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(?:null|~|)$"), ["n", "~", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"-?(0|[1-9][0-9]*)$"), list("-0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$"), list("-0123456789")
)


class _Dumper(yaml.SafeDumper):
    """Quotes whatever another reader, or this one, would take for something else than a text."""


for _first, _found in _Loader.yaml_implicit_resolvers.items():
    for _tag, _shape in _found:
        _Dumper.add_implicit_resolver(_tag, _shape, [_first])


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document of a file, and its tree, by which places in it are found."""

    file: Path
    body: dict[str, Any]
    node: yaml.MappingNode

    def line(self, path: str = "") -> int:
        """The line of a place such as ``condition.and[0].did``, or of the last part of it that is there."""
        node: yaml.Node = self.node
        line = node.start_mark.line
        for match in _STEP.finditer(path):
            name, index = match.groups()
            if isinstance(node, yaml.MappingNode) and name is not None:
                found = next(((key, value) for key, value in node.value if key.value == name), None)
                if found is None:
                    break
                line, node = found[0].start_mark.line, found[1]
            elif isinstance(node, yaml.SequenceNode) and index is not None and int(index) < len(node.value):
                node = node.value[int(index)]
                line = node.start_mark.line
            else:
                break
        return line + 1

    def where(self, path: str = "") -> str:
        return f"{self.file}:{self.line(path)}"


def read_files(files: Sequence[Path]) -> list[Document]:
    """Every document of the files. Raises ``bad_document`` that names the file and the line."""
    found: list[Document] = []
    for file in files:
        try:
            raw = file.read_bytes()
        except OSError as error:
            raise UemsError("bad_document", f"{file} cannot be read ({error.strerror}).") from error
        if len(raw) > MAX_BYTES:
            raise UemsError("bad_document", f"{file} has more than {MAX_BYTES:,} bytes; split it.")
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise UemsError("bad_document", f"{file} is not UTF-8 (byte {error.start}).") from error
        found += _documents(file, text)
    if not found:
        raise UemsError("bad_document", f"There is no document in {', '.join(str(file) for file in files)}.")
    return found


def _documents(file: Path, text: str) -> list[Document]:
    loader = _Loader(text)
    loader.name = str(file)
    found = []
    try:
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent):
                # A few lines of them can stand for more than fits into memory.
                raise _bad(file, event.start_mark, "aliases (*name) are not read; write it out.")
        while loader.check_node():
            node = loader.get_node()
            assert node is not None
            if isinstance(node, yaml.ScalarNode) and node.value in ("", "null", "~"):
                continue  # an empty document between two lines of ---
            if not isinstance(node, yaml.MappingNode):
                raise _bad(file, node.start_mark, "a document must be keys and values, such as kind: segment.")
            _check(file, node, 0)
            found.append(Document(file=file, body=loader.construct_document(node), node=node))
    except yaml.MarkedYAMLError as error:
        raise _bad(file, error.problem_mark or error.context_mark, f"{error.problem or error.context}.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UemsError("bad_document", f"{file}: not YAML ({str(error)[:200]}).") from error
    finally:
        loader.dispose()
    return found


def _check(file: Path, node: yaml.Node, depth: int) -> None:
    """Refuse what two readers would understand differently: keys twice, keys that are no texts, tags, very deep nesting."""
    if depth > 60:
        raise _bad(file, node.start_mark, "nested deeper than 60 levels.")
    if not node.tag.startswith("tag:yaml.org,2002:") or node.tag.rpartition(":")[2] in ("binary", "set", "omap", "pairs", "timestamp"):
        raise _bad(file, node.start_mark, f"{node.tag} is not read.")
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _check(file, item, depth + 1)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
            raise _bad(file, key.start_mark, "a key must be a text; put it in quotes.")
        if key.value in seen:
            raise _bad(file, key.start_mark, f"{key.value} stands here twice.")
        seen.add(key.value)
        _check(file, value, depth + 1)


def _bad(file: Path, mark: Any, problem: str) -> UemsError:
    line = mark.line + 1 if mark is not None else 1
    return UemsError("bad_document", f"{file}:{line}: {problem}", details={"file": str(file), "line": line})


def write_documents(documents: Sequence[dict[str, Any]]) -> str:
    """The documents as YAML, in the order given, with their keys in theirs."""
    return str(yaml.dump_all(documents, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120, explicit_start=True))
