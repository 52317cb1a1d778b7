"""Questions that pages ask all the time: Django writes their SQL once, then only values change.

    @lru_cache
    def _held():
        rows = Clearance.objects.filter(volunteer__among=ids("people"), until__gte=given("day"))
        return Prepared(rows.values_list("volunteer", "kind"))

    _held().rows(people=[3, 4], day=today())

Writing the SQL of a small question takes Django several times as long as the database needs to
answer it. What a prepared question depends on is either an argument of the function that builds
it (kept apart by `lru_cache`), or named by `given` and `ids` and told at each call; nothing else
may go into it. See docs/decisions/prepared-questions.md.
"""

import json

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    BigIntegerField,
    CharField,
    Count,
    DateField,
    DateTimeField,
    Expression,
    Field,
    ForeignObject,
    Lookup,
    Value,
)
from django.db.models.query import ModelIterable, get_related_populators


class _Given(Expression):
    """A value that is told at each call. `field` says what it is."""

    def __init__(self, name, field):
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler, connection):
        return "%s", [self]

    def bound(self, value, connection):
        return self.output_field.get_db_prep_value(value, connection)


class _Ids(_Given):
    """Any number of ids, as one value: the question's text stays the same."""

    def bound(self, value, connection):
        return list(value) if connection.vendor == "postgresql" else json.dumps(list(value))


@Field.register_lookup
@ForeignObject.register_lookup
class Among(Lookup):
    """`volunteer__among=ids("people")`: the column is one of the ids, whatever their number."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        return self._compare(compiler, connection, "IN (SELECT value FROM json_each(%s))")

    def as_postgresql(self, compiler, connection):
        return self._compare(compiler, connection, "= ANY(%s::bigint[])")

    def _compare(self, compiler, connection, among):
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} {among}", [*parameters, self.rhs]


@Field.register_lookup
class Like(Lookup):
    """`search__like="%anna%"`: the column fits a pattern; a backslash makes % and _ plain."""

    lookup_name = "like"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} LIKE %s ESCAPE '\\'", [*parameters, self.rhs]

    def as_postgresql(self, compiler, connection):
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column}::text LIKE %s", [*parameters, self.rhs]


def given(name):
    """A day that the caller names: for a filter's right side."""
    return _Given(name, DateField())


def moment(name):
    """An instant that the caller names."""
    return _Given(name, DateTimeField())


def number(name):
    """A number or an id that the caller names."""
    return _Given(name, BigIntegerField())


def text(name):
    """A text that the caller names."""
    return _Given(name, CharField())


def ids(name):
    """Ids that the caller names: for the right side of `__among`."""
    return _Ids(name, BigIntegerField())


class Prepared:
    """A queryset (of `values_list`, or of models) whose SQL is written at its first use, once per
    database.

    Reading costs 1 query. Safe in threads: what is kept is never changed. Prefetches are not read.
    """

    def __init__(self, queryset):
        self._queryset = queryset
        self._written = {}

    def rows(self, **values):
        """All rows: tuples, or models with what `select_related` and `annotate` bring. Every name
        in the question must be told."""
        if connection.vendor not in self._written:
            self._written[connection.vendor] = self._write()
        sql, parameters, read = self._written[connection.vendor]
        if sql is None:
            return []
        with connection.cursor() as cursor:
            cursor.execute(sql, [_bound(one, values) for one in parameters])
            return read(cursor.fetchall())

    def _write(self):
        compiler = self._queryset.query.get_compiler(connection=connection)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            return None, (), None
        return sql, parameters, self._reader(compiler)

    def _reader(self, compiler):
        convert = _converting(compiler)
        if self._queryset._iterable_class is not ModelIterable:
            return lambda rows: list(map(tuple, convert(rows)))
        instance = _instance_maker(compiler)
        return lambda rows: list(map(instance, convert(rows)))


def _converting(compiler):
    converters = compiler.get_converters([column for column, _sql, _alias in compiler.select])
    if not converters:
        return iter
    return lambda rows: compiler.apply_converters(rows, converters)


def _instance_maker(compiler):
    """A function from a row to its model, as Django's own `ModelIterable` does it."""
    using, select, info = connection.alias, compiler.select, compiler.klass_info
    model, columns = info["model"], info["select_fields"]
    first, end = columns[0], columns[-1] + 1
    names = [column.target.attname for column, _sql, _alias in select[first:end]]
    populators = get_related_populators(info, select, using)
    annotations = tuple(compiler.annotation_col_map.items())

    def instance(row):
        one = model.from_db(using, names, row[first:end])
        for populator in populators:
            populator.populate(row, one)
        for name, place in annotations:
            setattr(one, name, row[place])
        return one

    return instance


class PreparedCount(Prepared):
    """How many rows a queryset has, or what several counts of it say, as numbers."""

    def __init__(self, queryset, *counts):
        named = {f"count_{place}": count for place, count in enumerate(counts or [Count("pk")])}
        one_row = queryset.order_by().values(everything=Value(1)).annotate(**named)
        super().__init__(one_row.values_list(*named))
        self._width = len(named)

    def numbers(self, **values):
        """The counts, in their order."""
        found = self.rows(**values)
        return found[0] if found else (0,) * self._width

    def number(self, **values):
        """The only count."""
        return self.numbers(**values)[0]


class PreparedList:
    """The rows of a list in their order, a page at a time, and how many there are.

    `count`: a PreparedCount that is cheaper than counting the rows.
    """

    def __init__(self, queryset, count=None):
        self.page = _PreparedPage(queryset)
        self.count = count or PreparedCount(queryset)

    def told(self, **values):
        """The list for these values, for a Paginator: counting and each part cost 1 query."""
        return _Told(self, values)


class _PreparedPage(Prepared):
    """A part of the rows: `limit` and `offset` are told beside the question's own values."""

    def _write(self):
        sql, parameters, read = super()._write()
        if sql is None:
            return sql, parameters, read
        return f"{sql} LIMIT %s OFFSET %s", [*parameters, number("limit"), number("offset")], read


class _Told:
    def __init__(self, question, values):
        self._question, self._values = question, values

    def count(self):
        return self._question.count.number(**self._values)

    def __getitem__(self, part):
        limit = part.stop - part.start
        return self._question.page.rows(limit=limit, offset=part.start, **self._values)


def _bound(parameter, values):
    if isinstance(parameter, _Given):
        return parameter.bound(values[parameter.name], connection)
    return parameter
