class LayoutError(ValueError):
    """A path that the layout does not allow, or cannot tell."""


class Entry(NamedTuple):
    """Where a use case keeps its objects: a bucket, and a prefix in it."""

    bucket: str
    prefix: str = ""
    role: str = "output"


class Location(NamedTuple):
    """What a URI is: its area, and the values of its placeholders."""

    area: str
    generation: str | None
    bucket: str
    key: str
    values: dict[str, str]


class Resolved(NamedTuple):
    """Where a location is now.

    `state` is `current`, `moved`, `kept`, `retired`, `unnamed`, `unfit` or `unknown`.
    `uri` is the place that the layout asks for, if there is one; `places` are the
    URIs to try while both layouts are in use, the best first; `missing` names the
    placeholders that would have to be known.
    """

    state: str
    uri: str | None
    places: tuple[str, ...]
    missing: tuple[str, ...]
    why: str


class _Placeholder(NamedTuple):
    pattern: re.Pattern[str]
    max_length: int
    excluded: tuple[str, ...]
    aliases: dict[str, str]
    replace: tuple[re.Pattern[str], str] | None


class _Legacy(NamedTuple):
    name: str
    sources: tuple[str, ...]
    target: str
    keep: str
    retire: str
    at_root: bool


class _Area(NamedTuple):
    name: str
    path: str
    role: str
    at_root: bool
    fallback: bool
    legacy: tuple[_Legacy, ...]


class _Found(NamedTuple):
    area: _Area
    legacy: _Legacy | None
    entry: Entry | None
    values: dict[str, str]


_MAX_KEY_BYTES: Final = 1024
_ANY: Final = re.compile(r"[^/]+", re.DOTALL)


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key of an `s3://` URI; the key is taken as it stands."""
    if not uri.startswith("s3://"):
        raise LayoutError(f"{uri!r} is no s3:// URI")
    bucket, _, key = uri[5:].partition("/")
    if not bucket:
        raise LayoutError(f"{uri!r} names no bucket")
    return bucket, key


def parse(uri: str, entries: Sequence[Entry] | None = None) -> Location | None:
    """What a URI is by the layout, old places included; `None` if nothing declares it.

    `entries` says where the use cases are, if not where the layout declares them.
    """
    bucket, key = split_uri(uri)
    found = _identify(bucket, key, ENTRIES if entries is None else entries)
    if found is None:
        return None
    generation = None if found.legacy is None else found.legacy.name
    return Location(found.area.name, generation, bucket, key, found.values)


def resolve(
    uri: str,
    entries: Sequence[Entry] | None = None,
    known: Mapping[str, str] | None = None,
) -> Resolved:
    """Where a location of the old or the new layout is now; it stays in its bucket.

    `known` gives placeholders that an old key does not tell.
    """
    bucket, key = split_uri(uri)
    entries = ENTRIES if entries is None else entries
    found = _identify(bucket, key, entries)
    if found is None:
        return Resolved("unknown", None, (), (), "nothing declares it")
    if found.legacy is None:
        return Resolved("current", uri, (uri,), (), "")
    if found.legacy.keep:
        return Resolved("kept", uri, (uri,), (), found.legacy.keep)
    if found.legacy.retire:
        return Resolved("retired", None, (uri,), (), found.legacy.retire)
    state, text, missing = _target(
        bucket, key, found, found.legacy, entries, known or {}
    )
    if state != "moved":
        return Resolved(state, None, (uri,), missing, text)
    new = f"s3://{bucket}/{text}"
    return Resolved("moved", new, (new, uri), (), "")


def normalise(placeholder: str, value: str) -> str:
    """The value that a record's spelling means."""
    form = _PLACEHOLDERS.get(placeholder)
    if form is None:
        return value
    if value in form.aliases:
        return form.aliases[value]
    if form.replace is None:
        return value
    pattern, text = form.replace
    return pattern.sub(lambda _: text, value)


def _takes(placeholder: str, text: str) -> bool:
    form = _PLACEHOLDERS.get(placeholder)
    if form is None:
        return placeholder == "file" and _ANY.fullmatch(text) is not None
    return (
        form.pattern.fullmatch(text) is not None
        and text not in form.excluded
        and len(text.encode()) <= form.max_length
    )


@cache
def _read(template: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The segments of a template, each a list of pieces with their kinds."""
    return tuple(_read_segment(segment) for segment in template.split("/"))


def _read_segment(segment: str) -> tuple[tuple[str, str], ...]:
    if segment == "**":
        return (("**", ""),)
    if segment.startswith("{") and segment.endswith("**}"):
        return (("**", segment[1:-3]),)
    pieces: list[tuple[str, str]] = []
    for found in re.finditer(r"\{\{|\}\}|\{([^}]*)\}|\*|[^{}*]+", segment):
        text = found.group()
        if found.group(1) is not None:
            pieces.append(("hole", found.group(1)))
        elif text == "*":
            pieces.append(("star", ""))
        else:
            pieces.append(("text", text[0] if text in ("{{", "}}") else text))
    return tuple(pieces)


def _match(template: str, key: str, bucket: str) -> dict[str, str] | None:
    segments = _read(template)
    texts = key.split("/")

    def walk(index: int, at: int, values: dict[str, str]) -> dict[str, str] | None:
        if index == len(segments):
            return values if at == len(texts) else None
        if at >= len(texts):
            return None
        pieces = segments[index]
        if pieces and pieces[0][0] == "**":
            if index + 1 == len(segments):
                rest = "/".join(texts[at:])
                return _joined(values, [(pieces[0][1], rest)]) if rest else None
            for start in range(at, len(texts)):
                found = walk(index + 1, start, values)
                if found is not None:
                    return found
            return None
        held = _split(pieces, texts[at], bucket)
        if held is None:
            return None
        longer = _joined(values, held)
        return None if longer is None else walk(index + 1, at + 1, longer)

    return walk(0, 0, {})


def _joined(
    values: dict[str, str], held: list[tuple[str, str]]
) -> dict[str, str] | None:
    longer = dict(values)
    for name, text in held:
        if name and longer.setdefault(name, text) != text:
            return None
    return longer


def _split(
    pieces: tuple[tuple[str, str], ...], text: str, bucket: str
) -> list[tuple[str, str]] | None:
    """The values in one segment; the earlier piece takes the less."""
    if pieces == (("star", ""),) and not text:
        return None
    failed: set[tuple[int, int]] = set()

    def fits(piece: int, at: int) -> list[tuple[str, str]] | None:
        if piece == len(pieces):
            return [] if at == len(text) else None
        if (piece, at) in failed:
            return None
        kind, name = pieces[piece]
        if kind == "hole" and name == "bucket":
            kind, name = "text", bucket
        if kind == "text":
            if text.startswith(name, at):
                found = fits(piece + 1, at + len(name))
                if found is not None:
                    return found
        else:
            for end in range(at + (kind == "hole"), len(text) + 1):
                if kind == "hole" and not _takes(name, text[at:end]):
                    continue
                found = fits(piece + 1, end)
                if found is not None:
                    return [(name, text[at:end]), *found] if kind == "hole" else found
        failed.add((piece, at))
        return None

    return fits(0, 0)


def _identify(bucket: str, key: str, entries: Sequence[Entry]) -> _Found | None:
    if len(key.encode()) > _MAX_KEY_BYTES:
        return None
    own = [entry for entry in entries if entry.bucket == bucket]
    for area, legacy, entry, template in _templates(own):
        prefix = "" if entry is None else entry.prefix
        if key.startswith(prefix):
            values = _match(template, key[len(prefix) :], bucket)
            if values is not None:
                return _Found(area, legacy, entry, values)
    return None


def _templates(
    own: Sequence[Entry],
) -> Iterator[tuple[_Area, _Legacy | None, Entry | None, str]]:
    """Every template as it holds for these entries, the best first."""
    for fallback in (False, True):
        for area in _AREAS:
            if area.fallback == fallback:
                for entry in _starts(own, area.role, area.at_root):
                    yield area, None, entry, area.path
        if not fallback:
            for area in _AREAS:
                for legacy in area.legacy:
                    for entry in _starts(own, area.role, legacy.at_root):
                        for source in legacy.sources:
                            yield area, legacy, entry, source


def _starts(own: Sequence[Entry], role: str, at_root: bool) -> list[Entry | None]:
    fitting = [entry for entry in own if entry.role == role]
    if at_root:
        return [None] if fitting else []
    longest_first = sorted(fitting, key=lambda entry: -len(entry.prefix.encode()))
    return [*longest_first]


def _target(
    bucket: str,
    key: str,
    found: _Found,
    legacy: _Legacy,
    entries: Sequence[Entry],
    known: Mapping[str, str],
) -> tuple[str, str, tuple[str, ...]]:
    """The new key of an old one: a state, the key or the reason, what is missing."""
    missing: list[str] = []
    parts: list[str] = []
    prefix = ""
    if not found.area.at_root:
        fitting = [
            e for e in entries if e.bucket == bucket and e.role == found.area.role
        ]
        above = [entry for entry in fitting if key.startswith(entry.prefix)]
        if found.entry is not None:
            prefix = found.entry.prefix
        elif above:
            prefix = max(above, key=lambda entry: len(entry.prefix.encode())).prefix
        elif len(fitting) == 1:
            prefix = fitting[0].prefix
        else:
            missing.append("the use case")
    for pieces in _read(legacy.target):
        if pieces and pieces[0][0] == "**":
            rest = _without_empty(found.values.get(pieces[0][1], ""))
            if not rest:
                return "unfit", "nothing but / is left of the rest of its key", ()
            parts.append(rest)
            continue
        text, told = "", True
        for kind, name in pieces:
            if kind == "text":
                text += name
            elif name == "bucket":
                text += bucket
            elif name in found.values:
                text += found.values[name]
            elif name in known:
                value = normalise(name, known[name])
                if told and not _takes(name, value):
                    return "unfit", f"{value!r} is not of the form of {{{name}}}", ()
                text += value
            else:
                told = False
                missing += [] if name in missing else [name]
        parts.append(text)
    if missing:
        return "unnamed", "its key does not tell everything", tuple(missing)
    new = prefix + "/".join(parts)
    if len(new.encode()) > _MAX_KEY_BYTES:
        return "unfit", "its new key would be too long", ()
    return "moved", new, ()


def _without_empty(text: str) -> str:
    kept = "/".join(segment for segment in text.split("/") if segment)
    return kept + "/" if kept and text.endswith("/") else kept


def _write(
    name: str,
    entry: Entry,
    values: Mapping[str, str],
    rest: str | None,
    segments: int | None,
) -> str:
    """The URI of an area's key, or of its folder if only so many segments are wanted."""
    area = next(area for area in _AREAS if area.name == name)
    if entry.role != area.role:
        raise LayoutError(f"area {name!r} is for entries of role {area.role!r}")
    parts: list[str] = []
    for pieces in _read(area.path)[:segments]:
        if pieces == (("**", ""),) or (pieces and pieces[0][0] == "**"):
            parts += [rest] if rest else []
            continue
        text = ""
        for kind, piece in pieces:
            if kind == "text":
                text += piece
            elif kind == "star":
                text += rest or ""
            elif piece == "bucket":
                text += entry.bucket
            else:
                value = normalise(piece, values[piece])
                if not _takes(piece, value):
                    raise LayoutError(f"{value!r} is not of the form of {{{piece}}}")
                text += value
        parts.append(text)
    prefix = "" if area.at_root else entry.prefix
    if segments is not None:
        folder = prefix + "".join(part + "/" for part in parts)
        _refuse_odd_segments(folder)
        return f"s3://{entry.bucket}/{folder}"
    if not rest and any(
        kind in ("star", "**") for s in _read(area.path) for kind, _ in s
    ):
        raise LayoutError(f"what follows the folder of {area.path!r} is not given")
    key = prefix + "/".join(parts)
    if len(key.encode()) > _MAX_KEY_BYTES:
        raise LayoutError(f"the key would be longer than {_MAX_KEY_BYTES} bytes")
    _refuse_odd_segments(key)
    found = _identify(entry.bucket, key, [entry])
    if found is None or found.legacy is not None or found.area.name != name:
        raise LayoutError(f"{key!r} would not lie in area {name!r}")
    return f"s3://{entry.bucket}/{key}"


def _refuse_odd_segments(key: str) -> None:
    *above, last = key.split("/")
    if "" in above or not {".", ".."}.isdisjoint([*above, last]):
        raise LayoutError(f"{key!r} has an empty segment, or `.` or `..` as one")
