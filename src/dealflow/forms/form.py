"""Forms: how data of a frozen class are read, as the types of its fields say."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import cached_property
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Generic,
    Literal,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from attrs import NOTHING, Attribute, Factory, fields, has

from dealflow.exceptions import Problem
from dealflow.forms.leaves import ANY, Leaf, Shape, Style, member, shown, words
from dealflow.forms.shapes import (
    NEEDED,
    As,
    Choice,
    Either,
    Items,
    Maybe,
    Part,
    Record,
    Table,
)
from dealflow.message import message, shortened

__all__ = ["Form", "Kind", "told"]

_T = TypeVar("_T")
_LONGEST = 400


class Kind:
    """A kind of file: what its single values are, and how classes stand in it."""

    def __init__(
        self, style: Style, leaves: Mapping[Any, Shape], classes: Mapping[type, As] | None = None
    ) -> None:
        """Take what is said of the kind; shapes are made when they are first asked for.

        Args:
            style: what it differs in from others.
            leaves: the types that have no parts.
            classes: the classes of which more has to be said than their fields do.
        """
        self._style = style
        self._leaves = leaves
        self._classes = classes or {}
        self._shapes: dict[Any, Shape] = {}

    def shape(self, type_: Any) -> Shape:
        """How a type is read and written."""
        if isinstance(type_, Shape):
            return type_
        if type_ not in self._shapes:
            self._shapes[type_] = self._leaves.get(type_) or self._made(type_)
        return self._shapes[type_]

    def _made(self, type_: Any) -> Shape:
        args = get_args(type_)
        match get_origin(type_):
            case None if isinstance(type_, type) and issubclass(type_, Enum):
                return member(type_)
            case None if has(type_):
                return self.record(type_)
            case origin if origin is Annotated and isinstance(args[1], Leaf):
                return args[1]
            case origin if origin is Literal:
                return words(*args)
            case origin if origin in (Union, UnionType):
                return self._union(args)
            case origin if origin is tuple:
                return Items(self.shape(args[0]), self._style)
            case origin if origin is Mapping:
                return Table(self.shape(args[1]), self._style)
            case _:
                raise TypeError(f"nothing says how {type_} is read")

    def _union(self, args: tuple[Any, ...]) -> Shape:
        shapes = [self.shape(each) for each in args if each is not NoneType]
        match sorted(shapes, key=lambda shape: not isinstance(shape, Record)):
            case [made]:
                pass
            case [Record() as record, plain]:
                made = Either(record, plain)
            case _:
                raise TypeError(f"nothing says which of {args} it is")
        return Maybe(made) if NoneType in args else made

    def record(self, type_: type[Any], how: As | None = None) -> Record:
        """How a class is read and written.

        Args:
            type_: a frozen class of attrs.
            how: what is to be said of it here, instead of what the kind says.
        """
        how = how or self._classes.get(type_, As())
        ours = [each for each in fields(type_) if each.init]
        types = {each.name: each.type for each in ours}
        if any(isinstance(each, str) for each in types.values()):  # postponed
            types = get_type_hints(type_, include_extras=True)
        parts = [self._part(each, {**types, **how.types}[each.name], how) for each in ours]
        return Record(type_, parts, self._style, how)

    def _part(self, each: Attribute[Any], type_: Any, how: As) -> Part:
        name = each.name
        key = how.names.get(name, name)
        place = how.places.get(name, "" if name == how.inline else f".{key}")
        most, by_id = how.most.get(name), name in how.by_id
        if name in how.fixed:
            shape: Shape = ANY
        elif most or by_id:
            shape = Items(self.shape(get_args(type_)[0]), self._style, most, by_id=by_id)
        else:
            shape = self.shape(type_)
        usual: Any = how.usual.get(name, each.default)
        if isinstance(usual, Factory):  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            usual = usual.factory()
        # Data have lists where Python has tuples.
        usual = list(usual) if isinstance(usual, tuple) else usual
        return Part(name, key, shape, place, NOTHING if usual is NEEDED else usual)

    def choice(self, records: Mapping[str, Record | Choice], key: str | None = None) -> Choice:
        """One of several records.

        Args:
            records: by the key that only one of them has, or by the word under ``key``.
            key: the key of the word that says which one it is.
        """
        return Choice(records, key, self._style)


class Form(Generic[_T]):
    """The form of one class in one kind of file."""

    def __init__(self, kind: Kind, type_: type[_T] | Shape, version: int | None = None) -> None:
        """Take the class; nothing is made until it is needed.

        Args:
            kind: the kind of file.
            type_: the class, or its shape.
            version: of the format, for what is a whole file; it stands under ``format``.
        """
        self._kind = kind
        self._type = type_
        self._version = version

    @cached_property
    def _shape(self) -> Shape:
        return self._kind.shape(self._type)

    def read(self, data: Any, problems: list[Problem], place: str = "") -> _T | None:
        """Make what data are, or note everything that is wrong with them.

        Args:
            data: the data.
            problems: where to note it.
            place: where the data stand.

        Returns:
            What they are; ``None`` when something was noted.
        """
        # In another version, all the rest may be right.
        if other := self.other_version(data):
            problems.append(other)
            return None
        wrong: list[Problem] = []
        if self._version is not None and isinstance(data, Mapping):
            wrong = [] if "format" in data else [Problem("format", message("is missing"))]
            data = {key: each for key, each in data.items() if key != "format"}
        try:
            made: _T = self._shape.read(data)
        except (ValueError, KeyError) as error:
            wrong += told(self._shape, data, error, place, reading=True)
        else:
            if not wrong:
                return made
        problems += wrong
        return None

    def other_version(self, data: Any) -> Problem | None:
        """That data are of another version of their format, if they are."""
        given = data.get("format", self._version) if isinstance(data, Mapping) else self._version
        if self._version is None or (type(given) is int and given == self._version):
            return None
        told = message(
            "{given} is not known; this version reads {version}",
            given=shown(given),
            version=self._version,
        )
        return Problem("format", told)

    def write(self, value: _T) -> dict[str, Any]:
        """Make data which :meth:`read` reads back.

        Raises:
            ValueError: some part of it is not of its type; :meth:`misfits` says which.
        """
        data = self._shape.write(value)
        return data if self._version is None else {"format": self._version, **data}

    def misfits(self, value: _T) -> list[Problem]:
        """Everything in it that no data could be written of."""
        try:
            self._shape.write(value)
        except ValueError as error:
            return told(self._shape, value, error, reading=False)
        return []


def told(
    shape: Shape, value: Any, error: Exception, place: str = "", *, reading: bool
) -> list[Problem]:
    """Everything wrong with data, or with what was to be written, each with its place.

    Args:
        shape: what it should be.
        value: the data, or what was to be written.
        error: what the quick way said; it is all there is when a class refuses its own fields.
        place: where the data stand.
        reading: whether they are data.
    """
    faults = list(shape.faults(value, reading=reading)) or [("", str(error))]
    return [
        Problem(
            place + at if place else at.removeprefix("."),
            shortened(why, _LONGEST),
        )
        for at, why in faults
    ]
