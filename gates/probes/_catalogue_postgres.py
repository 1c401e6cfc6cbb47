"""Reads the tables of a PostgreSQL database, and its schema as facts that can be compared."""

from typing import Any

from gates.core.catalogue import Column, ForeignKey, Table

# Tables of the target's own: no system's, no extension's, no part of a partitioned one.
_OWN = """
  c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'
                  AND d.classid = 'pg_class'::regclass)
"""
_NAMED = "CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END"
_TABLES = f"""
SELECT c.oid, {_NAMED}, c.relrowsecurity,
  (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid),
  (SELECT coalesce(json_agg(json_build_array(a.attname, format_type(a.atttypid, NULL))
                            ORDER BY a.attnum), '[]')
   FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OWN} ORDER BY 2
"""  # noqa: S608  # nosec B608
_CONSTRAINTS = f"""
SELECT k.conrelid, k.contype::text,
  ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(num, nr)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num ORDER BY u.nr),
  (SELECT {_NAMED} FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.oid = k.confrelid)
FROM pg_constraint k WHERE k.contype IN ('p', 'f') AND k.conparentid = 0 ORDER BY k.conname
"""  # noqa: S608  # nosec B608
# A partial index helps where it leaves out nothing but rows without a value.
_INDEXES = """
SELECT i.indrelid,
  ARRAY(SELECT coalesce(a.attname::text, '')
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(num, nr)
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.num
        WHERE u.nr <= i.indnkeyatts ORDER BY u.nr)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
WHERE i.indisvalid AND m.amname IN ('btree', 'hash')
  AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) ~ '^\\(\\w+ IS NOT NULL\\)$')
"""
_FACTS = f"""
WITH own AS (SELECT c.oid, {_NAMED} AS name, c.relrowsecurity, c.relforcerowsecurity
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OWN})
SELECT 'table ' || name || ' row security ' || relrowsecurity || relforcerowsecurity FROM own
UNION ALL
SELECT 'column ' || own.name || '.' || a.attname || ' '
  || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
  || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') || a.attidentity::text
FROM own JOIN pg_attribute a ON a.attrelid = own.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
UNION ALL
SELECT 'constraint ' || own.name || ' ' || k.conname || ' ' || pg_get_constraintdef(k.oid)
FROM own JOIN pg_constraint k ON k.conrelid = own.oid
UNION ALL
SELECT 'index ' || pg_get_indexdef(i.indexrelid) FROM own JOIN pg_index i ON i.indrelid = own.oid
UNION ALL
SELECT 'trigger ' || pg_get_triggerdef(t.oid)
FROM own JOIN pg_trigger t ON t.tgrelid = own.oid WHERE NOT t.tgisinternal
UNION ALL
SELECT 'policy ' || own.name || ' ' || p.polname || coalesce(pg_get_expr(p.polqual, p.polrelid), '')
FROM own JOIN pg_policy p ON p.polrelid = own.oid
UNION ALL
SELECT 'view ' || {_NAMED} || ' ' || pg_get_viewdef(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('v', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
UNION ALL
SELECT 'enum ' || t.typname || ' ' || string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder)
FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid GROUP BY t.oid, t.typname
"""  # noqa: S608  # nosec B608


def tables(connection: Any) -> tuple[Table, ...]:
    """Every table of the target's own; outside of `public` with its schema's name."""
    keys: dict[int, tuple[str, ...]] = {}
    foreign: dict[int, list[ForeignKey]] = {}
    for oid, kind, columns, other in connection.execute(_CONSTRAINTS):
        if kind == "p":
            keys[oid] = tuple(columns)
        else:
            found = ForeignKey(columns=tuple(columns), table=other)
            foreign.setdefault(oid, []).append(found)
    indexes: dict[int, list[tuple[str, ...]]] = {}
    for oid, columns in connection.execute(_INDEXES):
        indexes.setdefault(oid, []).append(tuple(columns))
    return tuple(
        Table(
            name=name,
            columns=tuple(Column(*pair) for pair in columns),
            key=keys.get(oid, ()),
            foreign_keys=tuple(foreign.get(oid, ())),
            indexes=tuple(sorted(indexes.get(oid, ()))),
            row_security=secured,
            policies=policies,
        )
        for oid, name, secured, policies, columns in connection.execute(_TABLES)
    )


def facts(connection: Any) -> frozenset[str]:
    """The schema as a set of sentences: the order of columns does not count."""
    return frozenset(" ".join(row[0].split()) for row in connection.execute(_FACTS))


def rows(connection: Any, most: int) -> frozenset[str]:
    """The first rows of every table, as text."""
    from psycopg import sql

    found: set[str] = set()
    for table in tables(connection):
        name = sql.Identifier(*table.name.split("."))
        query = sql.SQL("SELECT t::text FROM {} t LIMIT {}").format(name, sql.Literal(most))
        found |= {f"{table.name}: {row[0]}" for row in connection.execute(query)}
    return frozenset(found)
