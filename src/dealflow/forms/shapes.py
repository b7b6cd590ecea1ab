"""Lists, tables, records and choices, each of which is read and written quickly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from attrs import NOTHING, field, fields, frozen

from dealflow.forms.leaves import Amiss, Child, Shape, Style, check, printable, shown, words
from dealflow.message import joined, listed, message

__all__ = ["NEEDED", "As", "Choice", "Either", "Items", "Maybe", "Part", "Record", "Table"]

NEEDED: Final = object()
"""In place of what is usual: in data the key may not be left out."""

_HINTS = 50
"""So many unknown keys of a table get one each: finding the nearest key takes its time."""

_TABLES: Final = message("tables")


@cache
def _converter() -> Any:
    # Only for the functions that it generates: what they do with each field is told by shapes. It
    # takes long to import, and many never read a file.
    from cattrs import Converter

    return Converter(detailed_validation=False)


@frozen(kw_only=True, eq=False, repr=False)
class As:
    """How a class stands in data, where that is not by the names and types of its fields.

    All mappings are by the names of fields.

    Attributes:
        names: the keys of fields that are called otherwise.
        types: other types than the class has, or shapes.
        usual: what data are taken to have where a key is left out, other than the class's default;
            or ``NEEDED``.
        fixed: what fields without a key always are, as in data.
        inline: the field whose own keys stand in its place.
        by_id: the fields that hold records in a table whose keys are their ids.
        most: how many items there may be.
        keys: the keys in data, where they are not those of the fields.
        fold: makes the keys of fields from these.
        spread: the other way round.
        places: where problems say that fields are.
    """

    names: Mapping[str, str] = field(factory=dict)
    types: Mapping[str, Any] = field(factory=dict)
    usual: Mapping[str, Any] = field(factory=dict)
    fixed: Mapping[str, Any] = field(factory=dict)
    inline: str | None = None
    by_id: tuple[str, ...] = ()
    most: Mapping[str, int] = field(factory=dict)
    keys: tuple[str, ...] = ()
    fold: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    spread: Callable[[dict[str, Any]], dict[str, Any]] = lambda data: data
    places: Mapping[str, str] = field(factory=dict)


class Maybe(Shape):
    """Something or nothing."""

    def __init__(self, inner: Shape) -> None:
        self._inner = inner
        self.read = self._or_none(inner.read)
        self.write = self._or_none(inner.write)

    def _or_none(self, hook: Callable[..., Any]) -> Callable[..., Any]:
        # A call saved where most values are: texts that stay as they are, or nothing.
        plain = self._inner.plain

        def maybe(value: Any, _: object = None) -> Any:
            return value if value is None or value.__class__ is plain else hook(value)

        return maybe

    def children(self, value: Any, _: bool, /) -> Iterator[Child]:
        """Something, if there is."""
        if value is not None:
            yield "", self._inner, value


class Items(Shape):
    """Things that are read alike, in a list, or in a table whose keys are their ids."""

    def __init__(
        self, inner: Shape, style: Style, most: int | None = None, *, by_id: bool = False
    ) -> None:
        self._inner = inner
        self._style = style
        self._by_id = by_id
        self._most = most = most or style.most
        self._spoken = message("a list of {many}", many=inner.many)
        self._lists: Any = list if style.canonical else (list, tuple)
        self._tuples: Any = tuple if style.canonical else (list, tuple)
        lists, tuples, read_one, write_one = self._lists, self._tuples, inner.read, inner.write

        def read(value: Any, _: object = None) -> tuple[Any, ...]:
            if by_id or most or not isinstance(value, lists):
                self._check(value, reading=True)
            items = map(self._named, value.items()) if by_id else value
            return tuple([read_one(item) for item in items])

        def write(value: Any) -> Any:
            if most or not isinstance(value, tuples):
                self._check(value, reading=False)
            items = [write_one(item) for item in value]
            return {item.pop("id"): item for item in items} if by_id else items

        self.read = read
        self.write = write

    def _check(self, value: Any, *, reading: bool) -> None:
        style = self._style
        if reading and self._by_id:
            check(value, style.mapping, style.table, self._most)
        else:
            kind = self._lists if reading else self._tuples
            check(value, kind, self._spoken, self._most)

    def _named(self, entry: tuple[object, Any]) -> Any:
        id, item = entry
        if not isinstance(item, Mapping):
            return item
        # Otherwise it would win over the key, and places in messages would lead nowhere.
        if "id" in item:
            raise ValueError(message("the key of the table is the id already"))
        return {"id": id, **item}

    def children(self, value: Any, reading: bool, /) -> Iterator[Child]:
        """Each thing, by its id or its number."""
        self._check(value, reading=reading)
        at, inner = self._style.at, self._inner
        if reading and self._by_id:
            for id, item in value.items():
                try:
                    yield at(id), inner, self._named((id, item))
                except ValueError as error:
                    yield f"{at(id)}.id", Amiss(str(error)), None
        else:
            for i, item in enumerate(value):
                named = self._by_id and hasattr(item, "id")
                yield at(item.id) if named else f"[{i}]", inner, item


class Table(Shape):
    """A table whose keys are nobody's fields, with things in it that are read alike."""

    def __init__(self, inner: Shape, style: Style) -> None:
        self._inner = inner
        self._style = style
        mapping = style.mapping

        def both_ways(key: Callable[[Any], Any], one: Callable[[Any], Any]) -> Callable[..., Any]:
            def convert(value: Any, _: object = None) -> dict[str, Any]:
                check(value, mapping, style.table, style.most)
                return {key(name): one(item) for name, item in value.items()}

            return convert

        self.read = both_ways(style.key.read, inner.read)
        self.write = both_ways(style.key.write, inner.write)

    def children(self, value: Any, _: bool, /) -> Iterator[Child]:
        """Each key, and what it has."""
        style = self._style
        check(value, style.mapping, style.table, style.most)
        for key, item in value.items():
            yield style.at(key), style.key, key
            yield style.at(key), self._inner, item


@frozen(eq=False, repr=False)
class Part:
    """A field of a record, and how it stands in data.

    Attributes:
        name: the field's name.
        key: its key in data.
        shape: what is there.
        place: where problems say that it is.
        usual: its data where the key is left out; ``NOTHING`` where it may not be.
    """

    name: str
    key: str
    shape: Shape
    place: str
    usual: Any


class Record(Shape):
    """A frozen class, whose fields stand in a table."""

    many: str = _TABLES

    def __init__(self, type_: type[Any], parts: Sequence[Part], style: Style, how: As) -> None:
        self.type = type_
        self._style = style
        self._how = how
        self._parts = {part.key: part for part in parts}
        self._keys = how.keys or tuple(part.key for part in parts if part.name not in how.fixed)
        self._own = frozenset(self._keys) - {how.inline}
        usual = ((part.key, how.usual.get(part.name, NEEDED)) for part in parts)
        self._given = {key: each for key, each in usual if each is not NEEDED}
        self._fixed = {part.key: how.fixed[part.name] for part in parts if part.name in how.fixed}
        self.read = self._reader()
        self.write = self._writer()

    def keys(self, raw: Mapping[str, Any]) -> tuple[str, ...]:
        """The keys that there may be in data like these."""
        if self._how.inline is None:
            return self._keys
        i = self._keys.index(self._how.inline)
        inner: Any = self._parts[self._how.inline].shape
        rest = {key: raw[key] for key in raw if key not in self._own}
        return (*self._keys[:i], *inner.keys(rest), *self._keys[i + 1 :])

    def _folded(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        data = {**self._given, **raw, **self._fixed}
        if self._how.inline is not None:
            data[self._how.inline] = {key: data.pop(key) for key in raw if key not in self._own}
        return data if self._how.fold is None else self._how.fold(data)

    def _reader(self) -> Callable[..., Any]:
        from cattrs.gen import make_dict_structure_fn, override

        type_, parts, known, inline = self.type, self._parts, self._own, self._how.inline
        mapping, spoken = self._style.mapping, self._style.table
        hooks: Any = {
            part.name: override(rename=key, struct_hook=part.shape.read)
            for key, part in parts.items()
        }
        build = make_dict_structure_fn(type_, _converter(), **hooks)
        plain = not (self._given or self._fixed or inline or self._how.fold)
        needed = {k for k in known if k in parts and parts[k].usual is NOTHING}
        # Where every key is needed, and none has a default that would do for it, they are counted.
        counted = plain and len(needed) == len(parts) == sum(
            f.default is NOTHING for f in fields(type_)
        )
        size = len(parts) if counted else None
        usual = {key: part.usual for key, part in parts.items() if self._style.canonical}

        def unfit(raw: Mapping[str, Any]) -> bool:
            # A key that is none of the parts is never as usual: NOTHING equals nothing in data.
            if usual and any([each == usual.get(key, NOTHING) for key, each in raw.items()]):  # noqa: C419 - quicker
                return True
            # What is left over goes to the part that is inline, which looks for itself.
            return not (needed <= raw.keys() and (inline or raw.keys() <= known))

        def read(raw: Any, _: object = None) -> Any:
            if raw.__class__ is not dict:
                check(raw, mapping, spoken)
            if unfit(raw) if size is None else len(raw) != size:
                raise KeyError
            return build(raw if plain else self._folded(raw), type_)

        return read

    def _writer(self) -> Callable[[Any], dict[str, Any]]:
        from cattrs.gen import make_dict_unstructure_fn, override

        type_, how = self.type, self._how
        hooks: Any = {
            part.name: override(rename=key, unstruct_hook=part.shape.write)
            for key, part in self._parts.items()
        }
        take_apart = make_dict_unstructure_fn(
            type_, _converter(), _cattrs_omit_if_default=True, **hooks
        )

        def write(value: Any) -> dict[str, Any]:
            if value.__class__ is not type_:
                self._check_class(value)
            data: dict[str, Any] = take_apart(value)
            if how.inline is not None:
                data |= data.pop(how.inline)
            return how.spread(data)

        return write

    def _check_class(self, value: object) -> None:
        if self._style.canonical or not isinstance(value, self.type):
            told = message("{value} is no {type}", value=shown(value), type=self.type.__name__)
            raise ValueError(told)

    def children(self, value: Any, reading: bool, /) -> Iterator[Child]:
        """Each field; keys that are missing; keys that nothing reads."""
        if not reading:
            if value.__class__ is not self.type:
                self._check_class(value)
            for part in self._parts.values():
                yield part.place, part.shape, getattr(value, part.name)
            return
        check(value, self._style.mapping, self._style.table)
        keys = self.keys(value)
        data = self._folded({key: value[key] for key in value if key in keys})
        for key, each in data.items():
            part = self._parts[key]
            # By the class, too: 1 is equal to True.
            as_usual = each == part.usual and each.__class__ is part.usual.__class__
            if self._style.canonical and as_usual:
                yield "", Amiss(_usual(key, each)), None
            yield part.place, part.shape, each
        for key, part in self._parts.items():
            if part.usual is NOTHING and key not in data:
                yield part.place, Amiss(message("is missing")), None
        for i, key in enumerate([key for key in value if key not in keys]):
            hint = message("; there are: {known}", known=listed(keys))
            if i < _HINTS and printable(key) == key:
                from difflib import get_close_matches

                near = get_close_matches(key, keys, n=1)
                hint = message(" (did you mean {name!r}?)", name=near[0]) if near else hint
            yield f".{printable(key)}", Amiss(message("is no key here{hint}", hint=hint)), None


def _usual(key: str, value: object) -> str:
    told = shown(value)
    return message("{key} has its usual value {value}, which is left out", key=key, value=told)


class Either(Shape):
    """A record where a table stands, otherwise a plain value."""

    def __init__(self, record: Record, plain: Shape) -> None:
        self._record = record
        self._plain = plain
        self.read = lambda value, _=None: self._of(value, True).read(value)
        self.write = lambda value: self._of(value, False).write(value)

    def _of(self, value: object, reading: bool) -> Shape:
        kind: Any = Mapping if reading else self._record.type
        return self._record if isinstance(value, kind) else self._plain

    def children(self, value: Any, reading: bool, /) -> Iterator[Child]:
        """The one that it is."""
        yield "", self._of(value, reading), value


class Choice(Shape):
    """One of several records, by a key that only it has, or by a word; it is read, not written."""

    many: str = _TABLES

    def __init__(
        self, records: Mapping[str, Record | Choice], key: str | None, style: Style
    ) -> None:
        self._records = records
        self._key = key
        self._style = style
        self.read = lambda value, _=None: self._of(value).read(value)
        self.write = self._write

    def _write(self, value: object) -> Any:
        raise TypeError(f"nothing says how to write {shown(value)}: a choice is only read")

    def _of(self, raw: Any) -> Record | Choice:
        check(raw, self._style.mapping, self._style.table)
        records, key = self._records, self._key
        if key is not None:
            if key not in raw:
                raise ValueError(message("is missing"))
            return records[words(*records).read(raw[key])]
        found = [tag for tag in records if tag in raw]
        # What one of them is chosen by may be a mere key of another.
        best = [tag for tag in found if set(found) <= {*records[tag].keys(raw)}]
        if len(best) == 1:
            return records[best[0]]
        if found:
            raise ValueError(
                message(
                    "has {found}: only one of them can be",
                    found=joined("{first} and {rest}", found),
                )
            )
        raise ValueError(message("has none of {known}: it needs one", known=listed(records)))

    def keys(self, raw: Mapping[str, Any]) -> tuple[str, ...]:
        """Those of the record that it is; any, as long as nobody knows."""
        try:
            return self._of(raw).keys(raw)
        except ValueError:
            return tuple(raw)

    def children(self, value: Any, _: bool, /) -> Iterator[Child]:
        """The record that it is."""
        try:
            yield "", self._of(value), value
        except ValueError as error:
            at = f".{self._key}" if isinstance(value, Mapping) and self._key else ""
            yield at, Amiss(str(error)), None
