--> sqlite
--> messages reads id body sender | thread_id
SELECT id, body, sender FROM messages WHERE thread_id = ? ORDER BY id LIMIT 50

--> sqlite
--> settings writes key value
INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)

--> sqlite
--> notes writes id title body | id
INSERT INTO notes (id, title, body) VALUES (?1, ?2, ?3) ON CONFLICT(id) DO UPDATE SET title = excluded.title, body = excluded.body

--> sqlite
PRAGMA table_info('users')

--> sqlite
SELECT name FROM sqlite_master WHERE type = 'table'

--> sqlite
--> users reads name | mail
SELECT "name" FROM "users" WHERE "mail" = "a@b.c"

--> sqlite
--> aux.users reads name | id
SELECT name FROM aux.users WHERE id = :id

--> sqlite
--> users writes seen | id
UPDATE OR IGNORE users SET seen = datetime('now') WHERE id = ?

--> sqlite
--> t reads a b
SELECT a, iif(b > 1, 'x', 'y') FROM [t] GROUP BY a

--> sqlite
ATTACH DATABASE 'x.db' AS aux

--> sqlite
--> patients reads id nhs_number | gp_id
--> patients writes
CREATE TABLE IF NOT EXISTS patients (id INTEGER PRIMARY KEY, nhs_number TEXT); SELECT id, nhs_number FROM patients WHERE gp_id = 3

--> cassandra
--> shop.customers reads email phone | customer_id
SELECT email, phone FROM shop.customers WHERE customer_id = ?

--> cassandra
--> shop.orders_by_day reads * | day bucket
SELECT * FROM shop.orders_by_day WHERE day = ? AND bucket IN (?, ?) LIMIT 100 ALLOW FILTERING

--> cassandra
--> users writes id email
INSERT INTO users (id, email) VALUES (?, ?) IF NOT EXISTS USING TTL 86400 AND TIMESTAMP 123

--> cassandra
--> ks.users writes *
INSERT INTO ks.users JSON '{"id": 1, "email": "a@b.c"}'

--> cassandra
--> ks.users writes email tags | id
UPDATE ks.users USING TTL ? SET email = ?, tags = tags + {'x'} WHERE id = ? IF EXISTS

--> cassandra
--> ks.page_views writes views | page
UPDATE ks.page_views SET views = views + 1 WHERE page = ?

--> cassandra
--> ks.users writes phone | id
DELETE phone FROM ks.users WHERE id = ?

--> cassandra
--> ks.users writes | id
DELETE FROM ks.users USING TIMESTAMP 123 WHERE id = ? IF EXISTS

--> cassandra
--> users writes id email
--> users_by_email writes email id
BEGIN BATCH USING TIMESTAMP 123 INSERT INTO users (id, email) VALUES (?, ?); INSERT INTO users_by_email (email, id) VALUES (?, ?) APPLY BATCH;

--> cassandra
--> ks.counts writes n | id
BEGIN COUNTER BATCH UPDATE ks.counts SET n = n + 1 WHERE id = ?; APPLY BATCH

--> cassandra
--> ks.users reads email | id
SELECT email, TTL(email), WRITETIME(email) FROM ks.users WHERE token(id) > token(?)

--> cassandra
--> ks.users reads id name
SELECT JSON id, name FROM ks.users

--> cassandra
--> ks.events reads * | day
SELECT * FROM ks.events WHERE day = ? PER PARTITION LIMIT 2

--> cassandra
SELECT release_version FROM system.local

--> cassandra
USE "ks"

--> cassandra
--> ks.users writes
TRUNCATE ks.users

--> cassandra
--> ks."Users" reads "firstName" | id
SELECT "firstName" FROM ks."Users" WHERE id = ?

--> other_sql
--> customers reads id name | region
SELECT id, name FROM customers WHERE region = ?

--> other_sql
--> users reads email | name
SELECT "email" FROM "users" WHERE "name" = ?

--> h2
--> customer writes id email
MERGE INTO customer (id, email) KEY (id) VALUES (?, ?)

--> h2
--> person reads id name | email
select p1_0.id, p1_0.name from public.person p1_0 where p1_0.email=?

--> hsqldb
--> vets reads id first_name last_name
SELECT v.id, v.first_name, v.last_name FROM vets v

--> firebird
--> clients reads first_name | client_id
SELECT FIRST 10 SKIP 5 FIRST_NAME FROM CLIENTS WHERE CLIENT_ID > ?

--> informix
--> stores reads name | zip
SELECT FIRST 5 name FROM stores WHERE zip = ?

--> postgresql
--> o reads total | cid
--> c reads mail | id
SELECT c.mail, o.total FROM c, o WHERE o.cid = c.id AND o.total > (SELECT av

--> postgresql
--> users reads id email | tenant
SELECT id, email FROM users WHERE tenant = 'acme' AND emai

--> postgresql
--> users writes email phone name
INSERT INTO users (email, phone, name) VALUES ('a@b.c', '555', 'Ann O''H

--> mysql
--> orders reads id customer_id | status
SELECT id, customer_id FROM orders WHERE status IN ('a','b','c','d...

--> mysql
--> users writes email | id
UPDATE users SET email = 'x' WHERE id = 5 AND vers

--> mssql
SELECT [c].[Id], [c].[Name], [c].[Phone], [c].[Em

--> oracle
--> people reads id email | name
select p.id, p.email from people p where p.name = :1 and p.birth_da...

--> postgresql
--> users reads id | email phone
SELECT id FROM users WHERE email = <redacted> AND phone = [REDACTED]

--> mssql
--> users reads id name | email
(@P0 nvarchar(4000),@P1 int)SELECT [id], [name] FROM [users] WHERE [email] = @P0

--> postgresql
--> users reads id email | tenant
-- name: GetUsers :many
SELECT id, email FROM users WHERE tenant = ***
