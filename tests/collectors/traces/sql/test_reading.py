"""SQL text becomes tables with verbs, columns and lookups; no literal of it survives."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.traces.sql import Statement, fingerprint, parse, reading
from collectors.traces.sql.dialects import Dialect

# Each case: system, text, and the uses as `table verb columns | lookups`.
CASES = [
    # What reaches the output is read, the rest looks up.
    ("postgresql", "SELECT id, ssn FROM public.customers WHERE tenant = $1 ORDER BY born",
     ["customers reads id ssn | born tenant"]),
    ("mysql", "SELECT `u`.`mail` FROM `shop`.`users` AS `u` JOIN `orders` `o` ON `o`.`user_id` = `u`.`id`",
     ["orders reads | user_id", "shop.users reads mail | id"]),
    ("postgresql", "SELECT * FROM users WHERE email = ?", ["users reads * | email"]),
    ("postgresql", "SELECT u.*, o.total FROM users u, orders o WHERE o.uid = u.id",
     ["orders reads total | uid", "users reads * | id"]),
    ("postgresql", "SELECT count(*), count(email) FROM users GROUP BY city HAVING max(age) > 3",
     ["users reads email | age city"]),
    ("postgresql", "SELECT CASE WHEN ssn IS NULL THEN 1 ELSE email END FROM users", ["users reads email ssn |"]),
    ("postgresql", "SELECT row_number() OVER (PARTITION BY city ORDER BY dob), sum(x) FILTER (WHERE y > 1) FROM p",
     ["p reads city dob x y |"]),
    ("postgresql", "SELECT name AS n FROM users ORDER BY n", ["users reads name |"]),
    ("postgresql", "SELECT u.email FROM users u WHERE EXISTS (SELECT o.note FROM orders o WHERE o.uid = u.id)",
     ["orders reads | note uid", "users reads email | id"]),
    ("postgresql", "SELECT u.email, (SELECT max(o.total) FROM orders o WHERE o.uid = u.id) FROM users u",
     ["orders reads total | uid", "users reads email | id"]),
    # Through subqueries and common table expressions down to base columns.
    ("postgresql", "SELECT a.email FROM (SELECT * FROM users) a", ["users reads email |"]),
    ("postgresql", "SELECT t.n FROM (SELECT email, name AS n FROM users) t", ["users reads name | email"]),
    ("postgresql", "SELECT a.* FROM (SELECT u.mail FROM users u UNION ALL SELECT e.work_mail FROM staff e) a",
     ["staff reads work_mail |", "users reads mail |"]),
    ("postgresql", ("WITH r AS (SELECT cid, max(at) AS last FROM orders GROUP BY cid) "
                   "SELECT c.email, r.last FROM customers c JOIN r ON r.cid = c.id"),
     ["customers reads email | id", "orders reads at | cid"]),
    ("postgresql", ("WITH RECURSIVE t(id, up) AS (SELECT id, boss FROM emp WHERE id = 1 UNION ALL "
                   "SELECT e.id, e.boss FROM emp e JOIN t ON t.id = e.boss) SELECT * FROM t"),
     ["emp reads boss id |"]),
    ("postgresql", ("SELECT users.mail, o.id FROM users LEFT JOIN LATERAL "
                   "(SELECT id FROM orders WHERE orders.uid = users.id LIMIT 1) o ON true"),
     ["orders reads id | uid", "users reads mail | id"]),
    # Writes.
    ("postgresql", "INSERT INTO users (email, dob) VALUES ($1, $2) RETURNING id",
     ["users reads id |", "users writes dob email |"]),
    ("postgresql", "INSERT INTO t VALUES (1, 2)", ["t writes * |"]),
    ("postgresql", "INSERT INTO log SELECT nextval(?), u.email FROM users u WHERE u.id = ANY(?)",
     ["log writes * |", "users reads email | id"]),
    ("postgresql", "INSERT INTO x (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = excluded.b WHERE x.c > 1",
     ["x writes a b | c"]),
    ("mysql", "INSERT INTO cards (pan, cvv) VALUES (?, ?), (?, ?) ON DUPLICATE KEY UPDATE pan = VALUES(pan)",
     ["cards writes cvv pan |"]),
    ("mysql", "INSERT INTO t SET a = 1, b = 'x'", ["t writes a b |"]),
    ("mysql", "REPLACE INTO t (a, b) VALUES (1, 'x')", ["t writes a b |"]),
    ("postgresql", "UPDATE accounts SET balance = balance - 1, at = now() WHERE iban = 'x'",
     ["accounts writes at balance | iban"]),
    ("postgresql", "UPDATE users u SET name = o.name FROM orders o WHERE o.uid = u.id RETURNING u.email",
     ["orders reads name | uid", "users reads email |", "users writes name | id"]),
    ("postgresql", "UPDATE t SET (a, b) = (SELECT x, y FROM s WHERE s.id = t.id)",
     ["s reads x y | id", "t writes a b | id"]),
    ("mysql", "UPDATE users u JOIN b ON b.id = u.id SET u.x = b.y, b.z = 1 WHERE u.q = 2",
     ["b reads y | id", "b writes z |", "users writes x | id q"]),
    ("mssql", "UPDATE u SET u.x = b.y FROM dbo.Users u JOIN b ON b.id = u.id",
     ["b reads y | id", "users writes x | id"]),
    ("postgresql", "DELETE FROM sessions WHERE uid IN (SELECT id FROM users WHERE gone IS NOT NULL)",
     ["sessions writes | uid", "users reads | gone id"]),
    ("postgresql", "DELETE FROM a USING b WHERE a.x = b.y", ["a writes | x", "b reads | y"]),
    ("mysql", "DELETE a, b FROM a JOIN b ON a.x = b.y", ["a writes | x", "b writes | y"]),
    ("postgresql", ("MERGE INTO crm.contacts t USING staging s ON t.email = s.email WHEN MATCHED THEN UPDATE SET "
                   "phone = s.phone WHEN NOT MATCHED THEN INSERT (email, fax) VALUES (s.email, s.fax)"),
     ["crm.contacts writes email fax phone |", "staging reads email fax phone |"]),
    ("oracle", "MERGE INTO t USING (SELECT a, b FROM s) q ON (t.a = q.a) WHEN MATCHED THEN UPDATE SET t.b = q.b",
     ["s reads b | a", "t writes b | a"]),
    ("postgresql", "WITH d AS (DELETE FROM a WHERE k = 1 RETURNING *) INSERT INTO b SELECT * FROM d",
     ["a reads * |", "a writes | k", "b writes * |"]),
    ("postgresql", "COPY customers (id, email) FROM STDIN", ["customers writes email id |"]),
    ("postgresql", "COPY customers TO STDOUT", ["customers reads * |"]),
    ("postgresql", "TRUNCATE a, b", ["a writes |", "b writes |"]),
    ("postgresql", "CREATE TABLE copy AS SELECT email FROM users", ["copy writes email |", "users reads email |"]),
    # What looks like a table and is none.
    ("mssql", "SELECT a INTO #t FROM b; SELECT #t.a, c.x FROM #t JOIN c ON c.id = #t.id",
     ["b reads a |", "c reads x | id"]),
    ("postgresql", "CREATE TEMP TABLE tmp AS SELECT mail FROM users; INSERT INTO o (m) SELECT mail FROM tmp",
     ["o writes m |", "users reads mail |"]),
    ("mssql", "SELECT TOP (5) u.mail FROM @list t JOIN users u ON u.id = t.id", ["users reads mail | id"]),
    ("mssql", "DELETE TOP (10) FROM logs WHERE at < '2020-01-01'", ["logs writes | at"]),
    ("mssql", "DELETE u FROM users u JOIN b ON b.id = u.id", ["b reads | id", "users writes | id"]),
    ("mssql", "SELECT b.a FROM b CROSS APPLY dbo.fn(b.c) AS d", ["b reads a | c"]),
    ("postgresql", "SELECT u.id FROM users u, unnest(u.tags) AS t(x), generate_series(1, 2) g",
     ["users reads id | tags"]),
    ("mssql", "IF EXISTS (SELECT 1 FROM users WHERE id = 1) UPDATE users SET a = 1 WHERE id = 1",
     ["users reads | id", "users writes a | id"]),
    ("mssql", "EXEC dbo.usp_GetCustomer @Email = 'x'", []),
    ("postgresql", "CALL refresh_customers(1)", []),
    ("oracle", "SELECT seq.nextval FROM dual", []),
    ("postgresql", "SELECT typname FROM pg_type; SELECT table_name FROM information_schema.tables", []),
    ("postgresql", "SELECT EXTRACT(year FROM dob), substring(name from 1 for 2) FROM p", ["p reads dob name |"]),
    ("postgresql", "SELECT * FROM users FOR UPDATE", ["users reads * |"]),
    ("postgresql", "EXPLAIN SELECT mail FROM users", ["users reads | mail"]),
    ("postgresql", "CREATE TABLE users (email text)", ["users writes |"]),
    # Dialects.
    ("microsoft.sql_server",
     "SELECT TOP (@p0) [c].[EmailAddress] FROM [Sales].[Customer] AS [c] WITH (NOLOCK) WHERE [c].[LastName] = @p1",
     ["sales.customer reads emailaddress | lastname"]),
    ("mssql", "SET NOCOUNT ON; INSERT INTO [Blogs] ([Name]) OUTPUT INSERTED.[Id] VALUES (@p0);",
     ["blogs reads id |", "blogs writes name |"]),
    ("oracle.db", "SELECT e.id FROM hr.employees e WHERE e.dep = :1 AND ROWNUM <= :2",
     ["hr.employees reads id | dep"]),
    ("oracle", "SELECT a FROM t WHERE b = q'[it's]' AND c = n'x'", ["t reads a | b c"]),
    ("snowflake", "SELECT payload:customer.email::string FROM raw.events, LATERAL FLATTEN(input => tags) f",
     ["raw.events reads payload | tags"]),
    ("gcp.bigquery", 'SELECT mail FROM `my-proj.crm.users_*` WHERE name = "Ann Lee" AND _PARTITIONTIME > @a',
     ["my-proj.crm.users_* reads mail | name"]),
    ("clickhouse", "SELECT uid, groupArray(ip) FROM logs.hits FINAL PREWHERE day = ? GROUP BY uid SETTINGS a=1",
     ["logs.hits reads ip uid | day"]),
    ("cassandra", "SELECT email FROM ks.users WHERE id = ? ALLOW FILTERING", ["ks.users reads email | id"]),
    ("cassandra", "UPDATE ks.users USING TTL 400 SET email = ? WHERE id = ?", ["ks.users writes email | id"]),
    ("cassandra", "BEGIN BATCH INSERT INTO a (x) VALUES (?); DELETE FROM b WHERE y = ?; APPLY BATCH",
     ["a writes x |", "b writes | y"]),
    ("sqlite", 'SELECT "name" FROM "users" WHERE "mail" = "a@b.c" AND city IN ("Bonn", "Ulm")',
     ["users reads name | city mail"]),
    ("mysql", "SELECT a FROM t # secret\n WHERE x = 'it\\'s' -- more", ["t reads a | x"]),
    ("", 'SELECT "email" FROM "users" WHERE "name" = ?', ["users reads email | name"]),
    ("", 'SELECT email FROM users WHERE name = "Ann"', ["users reads email | name"]),
    ("postgresql", "SELECT a[1:2], c->'k'->>'j' FROM t WHERE d @> '{}'::jsonb AND e ? 'k' AND f = $$it's$$",
     ["t reads a c | d e f"]),
    ("postgresql", 'SELECT "User"."firstName", ID FROM "User"', ["User reads firstName id |"]),
    ("postgresql", "DECLARE c CURSOR FOR SELECT email FROM users", ["users reads email |"]),
    ("mysql", "LOAD DATA INFILE 'x.csv' INTO TABLE users FIELDS TERMINATED BY ','", ["users writes * |"]),
    ("mysql", "SET NAMES utf8mb4; SELECT first_name FROM staff WHERE id = ?", ["staff reads first_name | id"]),
    ("postgresql", "SELECT users.email AS e FROM users WHERE users.email = %(email_1)s", ["users reads email |"]),
    ("postgresql", 'SELECT "users".* FROM "users" WHERE "users"."id" = $1 /*app:Shop,action:show*/',
     ["users reads * | id"]),
    ("redis", "GET user:1", []),
    ("mongodb", '{"find": "users"}', []),
]  # fmt: skip

PARTIAL = [
    # Cut off, or with columns that could belong to several tables.
    ("postgresql", "SELECT id, mail FROM patients WHERE m = ? AND doc IN (SELECT doc FROM jobs WHERE w = ? AND acti",
     ["jobs reads | doc w", "patients reads id mail | doc m"]),
    ("postgresql", "SELECT c.mail FROM customers c LEFT JOIN consents s ON s.cid = c.id LEFT JOIN marketing_...",
     ["consents reads | cid", "customers reads mail | id"]),
    ("postgresql", "SELECT mail FROM users u JOIN orders o ON o.uid = u.id",
     ["orders reads mail | uid", "users reads mail | id"]),
    ("mysql", "SELECT q.born FROM (SELECT * FROM orders o JOIN customers c ON o.cid = c.id) q",
     ["customers reads born | id", "orders reads born | cid"]),
    # Read by the fallback.
]  # fmt: skip


def shown(statement: Statement) -> list[str]:
    """Uses in the short form of the cases above."""
    lines = []
    for use in statement.tables:
        name = f"{use.schema}.{use.table}" if use.schema else use.table
        lines.append(" ".join((name, use.verb, *use.columns, "|", *use.lookups)))
    return [line.strip() for line in lines]


def wanted(uses: list[str]) -> list[str]:
    return sorted(use if " |" in use else f"{use} |" for use in uses)


@pytest.mark.parametrize(("system", "text", "uses"), CASES)
def test_uses(system: str, text: str, uses: list[str]) -> None:
    statement = parse(text, system)
    assert sorted(shown(statement)) == wanted(uses)
    assert not statement.partial


@pytest.mark.parametrize(("system", "text", "uses"), PARTIAL)
def test_partial_uses(system: str, text: str, uses: list[str]) -> None:
    statement = parse(text, system)
    assert sorted(shown(statement)) == wanted(uses)
    assert statement.partial


def test_an_unqualified_column_goes_to_the_table_that_has_it_elsewhere() -> None:
    statement = parse("SELECT total FROM users u, orders o WHERE o.uid = u.id AND o.total > 5", "postgresql")
    assert shown(statement) == ["orders reads total | uid", "users reads | id"]
    assert not statement.partial


@pytest.mark.parametrize(
    "system", ["postgresql", "mysql", "mssql", "oracle", "sqlite", "snowflake", "bigquery", ""]
)
def test_no_literal_survives(system: str) -> None:
    text = (
        "SELECT a /* ann@shop.example */ FROM t WHERE b = 'ann@shop.example' AND c = 4111111111111111 "
        "AND d IN ('ann@shop.example', 'o''hara') AND e = N'ann' -- ann"
    )
    statement = parse(text, system)
    assert shown(statement) == ["t reads a | b c d e"]
    for kept in (repr(statement), fingerprint(text, system)):
        assert "ann" not in kept
        assert "4111" not in kept
        assert "hara" not in kept


def test_quoted_values_are_not_taken_for_names() -> None:
    text = 'SELECT "ann@shop.example", "4111111111111111", name FROM users'
    assert shown(parse(text, "postgresql")) == ["users reads name |"]


def test_the_caches_hold_digests_only() -> None:
    parse("SELECT mail FROM customers_of_the_cache WHERE name = 'Ann'", "postgresql")
    for memory in (reading._texts, reading._shapes):
        assert {type(key) for key in memory._young} == {bytes}
        assert {len(key) for key in memory._young} == {16}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT a FROM t WHERE b IN (1,2)", "SELECT a FROM t WHERE b IN ($1, $2, $3)"),
        ("INSERT INTO t (a, b) VALUES (1, 'x')", "INSERT INTO t (a, b) VALUES (?, ?), (?, ?)"),
        ("INSERT INTO t (a) VALUES (now())", "INSERT INTO t (a) VALUES (now()), (now()), (now())"),
        ("SELECT  a\nFROM t -- why", "/* who */ SELECT a FROM t;"),
        ("SELECT a FROM t WHERE b = -1.5e-3", "SELECT a FROM t WHERE b = -:name"),
    ],
)
def test_fingerprints_of_equal_shapes(one: str, other: str) -> None:
    assert fingerprint(one, "postgresql") == fingerprint(other, "postgresql")


def test_fingerprints_of_other_shapes() -> None:
    texts = [
        "SELECT a FROM t",
        "SELECT b FROM t",
        "SELECT a FROM t WHERE b = 1",
        'SELECT "A" FROM t',
        "SELECT f(1, 2)",
    ]
    assert len({fingerprint(text, "postgresql") for text in texts}) == len(texts)


def test_equal_shapes_are_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    real = reading._read

    def counted(shape: str, dialect: Dialect, *, cut: bool) -> Statement:
        calls.append(shape)
        return real(shape, dialect, cut=cut)

    monkeypatch.setattr(reading, "_read", counted)
    for number in range(50):
        parse(f"SELECT once FROM only_here WHERE id = {number} /* trace {number} */", "postgresql")
    assert len(calls) == 1


def test_memory_is_bounded() -> None:
    memory = reading._Recent(100)
    for number in range(1000):
        memory.put(str(number).encode(), Statement())
        assert memory.get(b"0") is not None  # what is asked for stays
    assert len(memory) <= 100


def test_threads_agree() -> None:
    texts = [f"SELECT c{n % 40}_ FROM threaded WHERE k = {n}" for n in range(400)]
    answers: list[list[Statement]] = []

    def work() -> None:
        answers.append([parse(text, "postgresql") for text in texts])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][3].tables[0].columns == ("c3_",)


HOSTILE = [
    "SELECT " + "(" * 5000,
    "SELECT " + "(" * 55 + "a" + ")" * 55 + " FROM t",
    "SELECT * FROM " + "(SELECT * FROM " * 200 + "t" + ")" * 200,
    "SELECT a FROM t WHERE " + " AND ".join(f"c{n} = {n}" for n in range(1000)),
    "SELECT a FROM t WHERE " + "NOT (" * 59,
    "SELECT CASE WHEN " * 300,
    "'" * 16_000,
    '"' * 16_001,
    "$$" * 8000,
    "/*" * 8000,
    "VALUES (a()" * 1400,
    "a.b." * 4000,
    "SELECT " + "a." * 7000 + "b FROM t",
    "WITH " + ",".join(f"q{n} AS (SELECT * FROM t{n})" for n in range(300)) + " SELECT 1",
    "FROM a, " * 2000,
    "SELECT a " + "[w] " * 3000,
    "SELECT a FROM " + " JOIN ".join(f"t{n}" for n in range(40)),
    "DELETE " * 2000,
    "insert into " + "a" * 16_000 + " with (",
    "if " + "(" * 8000 + " select",
    "begin select into " + "a, " * 5000 + "b from t",
    "create materialized view " + "a " * 8000,
    "merge into a using b on " + "x and " * 2000 + "y when matched then update set *",
    "begin execute immediate 'select a from b'||" + "f(" * 4000 + " ; ",
    "begin " + "execute immediate 'select 1'||f(g(h('((((((((;" * 350,
    "declare @s nvarchar(max) = N'select a from b'" + " + @x + N'c'" * 1200 + "; exec(@s)",
    "do $$ begin " + "q := 'select a from b' || x; execute q; " * 400,
    "select " + ", ".join(f"c{n}_x" for n in range(900)) + " from " + ", ".join(f"t{n}" for n in range(100)),
    "update a set x = 1 " * 900 + "...",
    "select a from b join\x00 in c wh" + "$match" * 2700 + " x = 1",
    "select a from " + "a ." * 5000 + "...",
    "select a from b " + "." * 9000 + "x" + " ..." * 1000 + " x",
    "\x00\ud800;;;" * 1000,
    "INSERT INTO t (a) VALUES " + ", ".join("(1, now(), 'x')" for _ in range(1000)),
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("system", ["postgresql", "mysql", "mssql"])
def test_hostile_texts_take_bounded_time(text: str, system: str) -> None:
    began = time.thread_time()
    parse(text, system)
    assert time.thread_time() - began < 2


def test_where_the_grammar_runs_out_of_patience_all_tables_are_found_still() -> None:
    statement = parse("SELECT a FROM " + " JOIN ".join(f"t{n:02}" for n in range(40)), "mysql")
    assert [use.table for use in statement.tables] == [f"t{n:02}" for n in range(40)]
    assert (statement.parsed_by, statement.partial) == ("pattern", True)


def test_long_texts_are_cut() -> None:
    text = "SELECT a FROM t WHERE b IN (" + ", ".join(f"'{n}'" for n in range(10_000)) + ") AND late = 1"
    statement = parse(text, "postgresql")
    assert shown(statement) == ["t reads a | b"]
    assert statement.partial


SYSTEMS = st.sampled_from(
    ["", "postgresql", "mysql", "mssql", "oracle", "sqlite", "snowflake", "bigquery", "cassandra"]
)
TOKENS = """select from where insert into values update set delete join on as with union ( ) , . * = ? 'x' "y" `z`
[w] ; -- /* */ $1 :n @p users u email case when end merge using matched then returning in not null limit 1 #t"""
WORDS = st.sampled_from(TOKENS.split())


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), SYSTEMS)
def test_any_text_is_answered(text: str, system: str) -> None:
    assert parse(text, system) == parse(text, system)


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, max_size=40).map(" ".join), SYSTEMS)
def test_any_words_are_answered(text: str, system: str) -> None:
    for use in parse(text, system).tables:
        assert use.table
        assert not set(use.columns) & set(use.lookups)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(CASES), st.integers(0, 200), st.integers(0, 8), st.text(max_size=5))
def test_any_mutation_is_answered(case: tuple[str, str, list[str]], at: int, gone: int, put: str) -> None:
    system, text, _ = case
    parse(text[:at] + put + text[at + gone :], system)


@pytest.mark.parametrize(
    ("system", "text", "tables"),
    [
        ("postgresql", "SELECT a FROM shop.orders o JOIN shop.cust...", ["orders"]),
        ("postgresql", "SELECT a FROM shop.orders o JOIN shop. ...", ["orders"]),
        ("mysql", "SELECT a FROM `orders` JOIN `cust…", ["orders"]),
        ("mssql", "SELECT a FROM [dbo].[Orders] JOIN [dbo].[Cust", ["orders"]),
        ("postgresql", 'SELECT a FROM "Orders" JOIN "Cust', ["Orders"]),
        ("postgresql", "SELECT a FROM orders WHERE id IN (SELECT x FROM cus", ["orders"]),
        (
            "mssql",
            "SELECT a FROM Orders; UPDATE c SET c.x = 1, c.[Valid From] = 2 FROM dbo.Cust...",
            ["orders"],
        ),
        ("mssql", "SELECT a FROM Orders; UPDATE cart SET x = 1 WHERE ...", ["cart", "orders"]),
        ("snowflake", "create temporary table tmp as select a from orders where (...", ["orders"]),
        ("postgresql", f"SELECT {'a, ' * 329}a FROM orders JOIN customers_o", ["orders"]),
    ],
)
def test_what_is_cut_off_is_no_table(system: str, text: str, tables: list[str]) -> None:
    statement = parse(text, system)
    assert [use.table for use in statement.tables] == tables
    assert statement.partial
