"""SQLite FTS5 and tantivy, asked what the product's index is asked: the same terms, scope, filters, counts and twenty newest pages.

Lives here: both engines behind one small face. Terms come from `tokens`, marked by the field they stand in and written in hexadecimal, so
that the engines' own tokenizers see terms and not characters. FTS5 checks the text of each candidate, as the product does; tantivy cannot
look at a text while it counts, so its totals are candidates and its times too good by that check. Neither looks for near matches.
"""

import importlib
import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from archive_service.adapters.search_index import tokens
from archive_service.adapters.search_index.entries import FoldedPage, Scope
from archive_service.adapters.search_index.interface import Window
from archive_service.adapters.search_index.plan import SHORTEST_PIECE, And, DateRange, Label, Leaf, Name, Number, Or, Plan, Text

NEEDED = {Text: tokens.words_needed, Name: tokens.name_needed, Number: tokens.number_needed}
MARK = {Text: "t", Name: "n", Number: "i"}
COLUMN = {Text: "text", Name: "names", Number: "numbers"}
FACETS = ("school", "kind", "status")
COLUMNS = ("school", "kind", "status", "sensitivity", "made_on")
Sql = tuple[str, list[object]]


class Yardstick(Protocol):
    """Another engine."""

    name: str

    def add(self, pages: Iterable[FoldedPage]) -> None:
        """Write pages and commit once; they can be found when this returns."""

    def ask(self, plan: Plan, scope: Scope, window: Window) -> int:
        """Newest pages, counts by school, kind and state, and the total, which is returned; `plan` is strict."""

    @property
    def size_bytes(self) -> int:
        """On the disk."""


def opened(folder: Path) -> list[Yardstick]:
    """Those that are there: tantivy is not among the pinned libraries."""
    engines: list[Yardstick] = [Fts5(folder / "fts5.db")]
    try:
        engines.append(Tantivy(folder / "tantivy"))
    except ModuleNotFoundError:
        print("tantivy is not installed; its columns are left out")
    return engines


class Fts5:
    """`detail=none`: which pages hold a term, nothing else, like the product's lists."""

    name = "FTS5"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._base = sqlite3.connect(path)
        self._base.execute("pragma journal_mode = wal")
        self._base.execute("create virtual table terms using fts5(words, content='', detail=none)")
        columns = ", ".join(f"{column} int" for column in COLUMNS)
        self._base.execute(f"create table page (id integer primary key, {columns}, text text, names text, numbers text)")

    def add(self, pages: Iterable[FoldedPage]) -> None:
        with self._base:
            for page in pages:
                self._base.execute("insert into terms (rowid, words) values (?, ?)", (page.page_id, " ".join(_words(page))))
                row = (
                    page.page_id,
                    *(getattr(page, column) for column in COLUMNS),
                    page.text,
                    "\n".join(page.names),
                    "\n".join(page.numbers),
                )
                self._base.execute("insert into page values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def ask(self, plan: Plan, scope: Scope, window: Window) -> int:
        wanted, values = _sql(plan)
        counts = " union all ".join(f"select '{field}', {field}, count(*) from found group by {field}" for field in FACETS)  # noqa: S608 (names)
        rows = self._base.execute(
            f"with found as materialized (select id, school, kind, status, made_on from page where id in ({wanted})"  # noqa: S608 (our own text)
            " and school in (select value from json_each(?)) and sensitivity in (select value from json_each(?)))"
            f" {counts} union all select * from (select 'page', id, 0 from found order by made_on desc, id desc limit ? offset ?)",
            [*values, json.dumps(sorted(scope.schools)), json.dumps(sorted(scope.sensitivities)), window.size, window.offset],
        ).fetchall()
        return sum(count for kind, _, count in rows if kind == FACETS[0])

    @property
    def size_bytes(self) -> int:
        self._base.execute("pragma wal_checkpoint(truncate)")
        return self._path.stat().st_size


def _sql(plan: Plan) -> Sql:
    """A statement that selects the ids for which a plan holds."""
    match plan:
        case And(()):
            return "select id from page", []
        case And(parts) | Or(parts):
            pieces = [_sql(part) for part in parts]
            joint = " intersect " if isinstance(plan, And) else " union "
            texts = (f"select * from ({text})" for text, _ in pieces)  # noqa: S608 (our own text)
            return joint.join(texts), [value for _, values in pieces for value in values]
        case Label(field, allowed):
            return f"select id from page where {field} in (select value from json_each(?))", [json.dumps(sorted(allowed))]  # noqa: S608 (a name)
        case DateRange(first, last):
            return "select id from page where made_on between ? and ?", [max(first, 1), last]
        case Text() | Name() | Number():
            return _sql_of_leaf(plan)
    raise ValueError(plan)


def _sql_of_leaf(leaf: Leaf) -> Sql:
    if isinstance(leaf, Number) and len(leaf.words) < SHORTEST_PIECE:
        return "select id from page where 0", []
    terms = " AND ".join(f'"{term}"' for term in _needed(leaf))
    found = "select id from page where id in (select rowid from terms where terms match ?)"
    return f"{found} and instr({COLUMN[type(leaf)]}, ?)", [terms, leaf.words]


class Tantivy:
    """Terms without frequencies or positions; one thread writes."""

    name = "tantivy"

    def __init__(self, folder: Path) -> None:
        self._library: Any = importlib.import_module("tantivy")
        schema = self._library.SchemaBuilder()
        schema.add_text_field("words", tokenizer_name="raw", index_option="basic")
        for column in COLUMNS:
            schema.add_integer_field(column, indexed=True, fast=True)
        schema.add_integer_field("page_id", stored=True, fast=True)
        self._schema = schema.build()
        folder.mkdir()
        self._folder = folder
        self._index = self._library.Index(self._schema, path=str(folder))

    def add(self, pages: Iterable[FoldedPage]) -> None:
        writer = self._index.writer(200_000_000, 1)
        for page in pages:
            values = {column: getattr(page, column) for column in (*COLUMNS, "page_id")}
            writer.add_document(self._library.Document(words=list(_words(page)), **values))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def ask(self, plan: Plan, scope: Scope, window: Window) -> int:
        searcher = self._index.searcher()
        inside = (Label("school", scope.schools), Label("sensitivity", scope.sensitivities))
        query = self._query(And((plan, *inside)))
        found = searcher.search(query, limit=window.size, offset=window.offset, order_by_field="made_on")
        for _, address in found.hits:
            searcher.doc(address)
        searcher.aggregate(query, {field: {"terms": {"field": field, "size": 10_000}} for field in FACETS})
        return int(found.count)

    @property
    def size_bytes(self) -> int:
        return sum(path.stat().st_size for path in self._folder.iterdir())

    def _query(self, plan: Plan) -> Any:  # noqa: ANN401 (the library is not always there)
        query, occur = self._library.Query, self._library.Occur
        match plan:
            case And(()):
                return query.all_query()
            case And(parts) | Or(parts):
                how = occur.Must if isinstance(plan, And) else occur.Should
                return query.boolean_query([(how, self._query(part)) for part in parts])
            case Label(field, allowed):
                return query.term_set_query(self._schema, field, sorted(allowed))
            case DateRange(first, last):
                return query.range_query(self._schema, "made_on", self._library.FieldType.Integer, max(first, 1), last)
            case Text() | Name() | Number():
                return self._of_leaf(plan)
        raise ValueError(plan)

    def _of_leaf(self, leaf: Leaf) -> Any:  # noqa: ANN401 (the library is not always there)
        query, occur = self._library.Query, self._library.Occur
        if isinstance(leaf, Number) and len(leaf.words) < SHORTEST_PIECE:
            return query.empty_query()
        terms = [(occur.Must, query.term_query(self._schema, "words", term, "basic")) for term in _needed(leaf)]
        return query.boolean_query(terms)


def _needed(leaf: Leaf) -> list[str]:
    return [_marked(type(leaf), term) for term in NEEDED[type(leaf)](leaf.words)]


def _words(page: FoldedPage) -> set[str]:
    terms: dict[type[Leaf], set[str]] = {
        Text: tokens.text_terms(page.text),
        Name: tokens.name_terms(page.names),
        Number: tokens.number_terms(page.numbers),
    }
    return {_marked(zone, term) for zone, of_zone in terms.items() for term in of_zone}


def _marked(zone: type[Leaf], term: str) -> str:
    return MARK[zone] + term.encode().hex()
