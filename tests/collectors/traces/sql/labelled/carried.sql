--> postgresql
--> shop.customer reads id email | tenant_id
--> shop.consent reads | customer_id kind
/*traceparent='00-1f-2b-01',route='%2Fcustomers'*/ SELECT c.id, c.email FROM shop.customer c WHERE c.tenant_id = $1 AND EXISTS (SELECT 1 FROM shop.consent k WHERE k.customer_id = c.id AND k.kind = $2) /*db_driver='pg'*/

--> postgresql
--> customer reads id email phone
--> address reads street
SELECT c.id, c.email, c.phone, a.street FROM customer c JOIN address a ON a.cust...

--> mysql
--> customer reads id email
--> customer_order reads | customer_id state
select c.id, c.email from customer c left join customer_order o on o.customer_id = c.id where o.state in (?, ?, ?) and c.crea…

--> mysql
--> audit_log writes who what at
INSERT INTO audit_log (who, what, at) VALUES (?, ?, ?), (?, ?, ?), (?, ?, ...

--> oracle
--> CUSTOMER reads ID MAIL | TENANT
select c1_0.ID,c1_0.MAIL from CUSTOMER c1_0 where c1_0.TENANT=:p0 fetch first :p1 rows only

--> mssql
--> Customers reads Id Email | TenantId
SELECT TOP(@__p_0) [c].[Id], [c].[Email] FROM [Customers] AS [c] WHERE [c].[TenantId] = @__tenant_1 AND [c].[Id] IN ({0}, {1})

--> postgresql
--> customer reads email | id name
SELECT email FROM customer WHERE id = %(id)s AND name = %s

--> postgresql
--> customer reads email | id
PREPARE get_mail (int) AS SELECT email FROM customer WHERE id = $1; EXECUTE get_mail(4); DEALLOCATE get_mail

--> mysql
EXECUTE stmt USING @a, @b

--> mssql
--> dbo.Customer writes Email | Id
exec sp_executesql N'UPDATE [dbo].[Customer] SET [Email] = @p0
WHERE [Id] = @p1;
SELECT @@ROWCOUNT;',N'@p1 int,@p0 nvarchar(4000)',@p1=1,@p0=N'a''b'

--> mysql
CALL refresh_customer(?, ?)

--> mssql
{ ? = call dbo.refresh_customer(?, ?) }

--> mssql
EXEC dbo.refresh_customer @id = 4, @name = N'x'

--> postgresql
--> customer writes id email
COPY customer (id, email) FROM STDIN WITH (FORMAT csv)

--> postgresql
--> customer reads email id | gone
COPY (SELECT id, email FROM customer WHERE gone IS NULL) TO STDOUT WITH CSV HEADER

--> postgresql
--> customer reads *
COPY public.customer TO '/tmp/x.csv' CSV

--> snowflake
--> dwh.customer writes email name id | id
--> stage.customer reads id email name | op ts
MERGE INTO dwh.customer t USING (SELECT id, email, name, op FROM stage.customer QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY ts DESC) = 1) s ON t.id = s.id
WHEN MATCHED AND s.op = 'D' THEN DELETE
WHEN MATCHED THEN UPDATE SET email = s.email, name = s.name
WHEN NOT MATCHED THEN INSERT (id, email, name) VALUES (s.id, s.email, s.name)

--> oracle
--> quote reads symbol price at
SELECT * FROM quote MATCH_RECOGNIZE (PARTITION BY symbol ORDER BY at MEASURES a.at AS begun, LAST(b.price) AS low ONE ROW PER MATCH AFTER MATCH SKIP PAST LAST ROW PATTERN (a b+ c) DEFINE b AS b.price < PREV(b.price), c AS c.price > PREV(c.price)) m

--> mssql
--> dbo.Sale reads Region Amount Year
SELECT Region, [2024], [2025] FROM (SELECT Region, Amount, Year FROM dbo.Sale) s PIVOT (SUM(Amount) FOR Year IN ([2024], [2025])) p

--> mssql
--> dbo.Person reads PersonId Home Work Mobile
SELECT PersonId, Kind, Number FROM dbo.Person UNPIVOT (Number FOR Kind IN (Home, Work, Mobile)) u

--> snowflake
--> raw.event reads payload id
SELECT e.id, f.value:email::string mail FROM raw.event e, LATERAL FLATTEN(input => e.payload:people) f

--> bigquery
--> shop.orders reads order_id lines
SELECT o.order_id, l.sku FROM `acme.shop.orders` o, UNNEST(o.lines) AS l WITH OFFSET p WHERE p < 3

--> mysql
--> person reads id doc
SELECT p.id, j.street FROM person p, JSON_TABLE(p.doc, '$.addresses[*]' COLUMNS (street VARCHAR(90) PATH '$.street', n FOR ORDINALITY)) AS j

--> oracle
--> person reads id doc
SELECT p.id, j.street FROM person p, JSON_TABLE(p.doc, '$.addresses[*]' COLUMNS (street VARCHAR2(90) PATH '$.street')) j

--> mssql
--> dbo.Person writes Email | Id
MERGE dbo.Person AS t USING (SELECT Id, Email FROM OPENJSON(@json) WITH (Id int '$.id', Email nvarchar(200) '$.email')) AS s ON t.Id = s.Id WHEN MATCHED THEN UPDATE SET t.Email = s.Email;

--> postgresql
--> category reads id parent_id name
WITH RECURSIVE tree AS (SELECT id, parent_id, name, 1 AS depth FROM category WHERE parent_id IS NULL UNION ALL SELECT c.id, c.parent_id, c.name, t.depth + 1 FROM category c JOIN tree t ON c.parent_id = t.id) SELECT * FROM tree

--> postgresql
--> customer reads id email | tenant
CREATE TEMP TABLE picked AS SELECT id, email FROM customer WHERE tenant = 4; SELECT email FROM picked; DROP TABLE picked

--> mysql
--> customer reads id email
CREATE TEMPORARY TABLE IF NOT EXISTS picked (INDEX (id)) ENGINE=MEMORY AS (SELECT id, email FROM customer)

--> oracle
--> big_sale writes id total
--> all_sale writes id mail
--> sale reads id mail total
INSERT ALL WHEN total > 100 THEN INTO big_sale (id, total) VALUES (id, total) WHEN 1 = 1 THEN INTO all_sale (id, mail) VALUES (id, mail) SELECT id, mail, total FROM sale

--> oracle
--> tag writes id name
INSERT ALL INTO tag (id, name) VALUES (1, 'a') INTO tag (id, name) VALUES (2, 'b') SELECT 1 FROM dual

--> spark
--> dwh.customer writes *
--> stage.customer reads id email
INSERT OVERWRITE TABLE dwh.customer PARTITION (day = '2026-01-01') SELECT id, email FROM stage.customer

--> postgresql
--> customer writes tier | id
--> score reads value | customer_id
UPDATE customer AS c SET tier = s.value FROM score s WHERE s.customer_id = c.id

--> mssql
--> dbo.Customer writes Tier | Id
--> dbo.Score reads Value | CustomerId
UPDATE c SET c.Tier = s.Value FROM dbo.Customer c INNER JOIN dbo.Score s ON s.CustomerId = c.Id

--> postgresql
--> session writes | user_id
--> app_user reads | id disabled
DELETE FROM session s USING app_user u WHERE u.id = s.user_id AND u.disabled

--> mysql
--> orders writes | customer_id
--> order_line writes | order_id
--> orders writes | id
--> customer reads | id gone
DELETE o, l FROM orders o JOIN order_line l ON l.order_id = o.id JOIN customer c ON c.id = o.customer_id WHERE c.gone = 1

--> mysql
--> orders writes state | customer_id
--> customer writes last_order | id
UPDATE orders o, customer c SET o.state = 'x', c.last_order = NOW() WHERE o.customer_id = c.id

--> mssql
--> dbo.Customer reads Id Email
--> dbo.CustomerBackup writes Id Email
SELECT Id, Email INTO dbo.CustomerBackup FROM dbo.Customer

--> postgresql
--> customer writes
--> address writes
TRUNCATE TABLE customer, ONLY address RESTART IDENTITY CASCADE

--> mysql
--> customer writes email | id
LOCK TABLES customer WRITE; UPDATE customer SET email = ? WHERE id = ?; UNLOCK TABLES

--> oracle
--> customer reads email | id
--> ord reads total | cust_id
SELECT /*+ LEADING(c o) USE_NL(o) FULL(c) */ c.email, o.total FROM customer c, ord o WHERE o.cust_id = c.id AND c.id = :1

--> mysql
--> customer reads email | id
SELECT /*+ MAX_EXECUTION_TIME(1000) */ STRAIGHT_JOIN email FROM customer USE INDEX (PRIMARY) WHERE id = 3 LOCK IN SHARE MODE

--> mssql
--> "dbo.Order Details" reads "Unit.Price"
SELECT [Unit.Price] FROM [dbo].[Order Details] WITH (NOLOCK)

--> postgresql
--> "Größe" reads "Straße" | id
SELECT "Straße" FROM "Größe" WHERE id = 1

--> postgresql
--> kunde reads straße
SELECT straße FROM kunde

--> postgresql
--> Customer reads Email
--> customer reads email
SELECT "Email" FROM "Customer" UNION SELECT email FROM customer

--> oracle
--> hr.employees reads last_name salary | department_id
SELECT last_name, salary FROM hr.employees@payroll.example.com WHERE department_id = :1

--> mssql
--> linked.crm.dbo.Customer reads Email | Id
SELECT Email FROM [linked].[crm].[dbo].[Customer] WHERE Id = 3

--> mssql
--> crm.dbo.Customer reads Email
SELECT Email FROM crm..Customer

--> mssql
SELECT * FROM OPENQUERY(remote_server, 'SELECT email FROM customer')

--> cassandra
--> shop.customer writes id email
--> shop.customer_by_mail writes email id
BEGIN UNLOGGED BATCH INSERT INTO shop.customer (id, email) VALUES (?, ?) USING TTL 86400; INSERT INTO shop.customer_by_mail (email, id) VALUES (?, ?); APPLY BATCH

--> cassandra
--> shop.customer writes address emails | id
UPDATE shop.customer USING TTL 400 SET address = {street: ?, city: ?}, emails = emails + {?} WHERE id = ? IF EXISTS

--> cassandra
--> shop.customer reads address name | id
SELECT name, address.city FROM shop.customer WHERE id = ? ALLOW FILTERING

--> cassandra
--> shop.customer writes emails | id
DELETE emails['home'] FROM shop.customer WHERE id = ?

--> cassandra
--> shop.hits writes n | page
UPDATE shop.hits SET n = n + 1 WHERE page = ?

--> clickhouse
--> events reads user_id ts url | site
SELECT user_id, argMax(url, ts) FROM events FINAL PREWHERE site = 4 GROUP BY user_id SETTINGS max_threads = 4

--> clickhouse
--> events reads tags user_id
SELECT user_id, tag FROM events ARRAY JOIN tags AS tag LIMIT 5 BY user_id

--> clickhouse
--> events writes user_id url
INSERT INTO events (user_id, url) SETTINGS async_insert = 1 FORMAT JSONEachRow

--> clickhouse
--> trade reads price | sym ts
--> quote reads bid | sym ts
SELECT t.price, q.bid FROM trade t ASOF LEFT JOIN quote q ON t.sym = q.sym AND t.ts >= q.ts

--> duckdb
--> customer reads city tier | gone
FROM customer SELECT city, max(tier) WHERE gone IS NULL GROUP BY ALL

--> duckdb
SELECT * FROM read_parquet('s3://bucket/customers/*.parquet')

--> trino
--> hive.shop.customer reads id tags
SELECT c.id, t.tag FROM hive.shop.customer c CROSS JOIN UNNEST(c.tags) AS t (tag)

--> athena
--> shop.customer reads email
--> shop.customer_copy writes email
CREATE TABLE shop.customer_copy WITH (format = 'PARQUET', external_location = 's3://b/k/') AS SELECT email FROM shop.customer

--> athena
--> logs.requests reads * | day
UNLOAD (SELECT * FROM logs.requests WHERE day = '2026-01-01') TO 's3://b/k/' WITH (format = 'JSON')

--> hive
--> shop.customer reads id phones
SELECT id, phone FROM shop.customer LATERAL VIEW explode(phones) p AS phone

--> hive
--> shop.customer reads id mail
--> shop.a writes *
--> shop.b writes *
FROM shop.customer c INSERT OVERWRITE TABLE shop.a SELECT c.id INSERT INTO TABLE shop.b SELECT c.mail

--> spark
--> shop.customer reads id email
CACHE TABLE picked OPTIONS ('storageLevel' 'DISK_ONLY') SELECT id, email FROM shop.customer

--> redshift
--> crm.customer reads * | state
UNLOAD ('SELECT * FROM crm.customer WHERE state = ''x''') TO 's3://b/k' IAM_ROLE 'arn:aws:iam::1:role/x' FORMAT PARQUET

--> redshift
--> crm.customer writes *
COPY crm.customer FROM 's3://b/k' IAM_ROLE 'arn' CSV IGNOREHEADER 1

--> snowflake
--> crm.customer writes *
COPY INTO crm.customer FROM @stage/customers/ FILE_FORMAT = (TYPE = CSV) ON_ERROR = 'CONTINUE'

--> snowflake
--> crm.customer reads email id
SELECT * FROM (SELECT $1, $2 FROM VALUES (1, 2)) UNION ALL SELECT id, email FROM crm.customer AT (OFFSET => -60)

--> snowflake
--> crm.customer reads * id tier
SELECT * FROM crm.customer PIVOT (MAX(tier) FOR id IN (1, 2)) AS p

--> bigquery
--> shop.events_* reads user_id event_params | event_name
SELECT user_id, (SELECT value.string_value FROM UNNEST(event_params) WHERE key = 'page') AS page FROM `acme.shop.events_*` WHERE _TABLE_SUFFIX BETWEEN '20260101' AND '20260131' AND event_name = 'x'

--> bigquery
--> shop.orders reads customer total
SELECT AS STRUCT o.customer.name, SUM(o.total) OVER w AS running FROM shop.orders AS o WINDOW w AS (PARTITION BY o.customer.id)

--> bigquery
--> shop.customer writes email | id
--> shop.inbox reads email | id
UPDATE shop.customer c SET email = i.email FROM shop.inbox i WHERE c.id = i.id

--> dynamodb
--> Customers reads Email | Id
SELECT "Email" FROM "Customers" WHERE "Id" = ?

--> dynamodb
--> Customers reads Email | Tier
SELECT Email FROM "Customers"."tier-index" WHERE Tier = ?

--> dynamodb
--> Customers writes Email Phone | Id
UPDATE "Customers" SET Email = ? REMOVE Phone WHERE Id = ?

--> dynamodb
--> Customers writes *
INSERT INTO "Customers" VALUE {'Id': ?, 'Email': ?}

--> cosmosdb
--> c reads email | id
SELECT c.email FROM c WHERE c.id = @id

--> sqlite
--> moz_places reads id url title | rev_host
--> moz_bookmarks reads | fk type
SELECT h.id, h.url, h.title, (SELECT 1 FROM moz_bookmarks b WHERE b.fk = h.id AND b.type = 1) AS marked FROM moz_places h WHERE h.rev_host = ?1 ORDER BY h.id LIMIT -1 OFFSET ?2

--> sqlite
--> kv writes key value
INSERT OR REPLACE INTO kv (key, value) VALUES (:key, json(:value))

--> sqlite
--> note writes body at id
--> note reads id
INSERT INTO note (id, body, at) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body, at = excluded.at WHERE note.at < excluded.at RETURNING id

--> sqlite
--> note reads body id
--> note_fts reads | note_fts
SELECT n.id, n.body FROM note_fts JOIN note n ON n.rowid = note_fts.rowid WHERE note_fts MATCH ?

--> mssql
--> dbo.Customer reads Email | Id
DECLARE @p1 int; SET @p1 = 3; EXEC sp_prepexec @p1 output, N'@P0 int', N'SELECT Email FROM dbo.Customer WHERE Id = @P0', 7

--> mysql
--> customer reads id email
--> orders reads customer_id
--> audit writes who
SELECT id, email FROM customer; SELECT customer_id FROM orders; INSERT INTO audit (who) VALUES (1)

--> postgresql
--> customer reads email
BEGIN; SELECT email FROM customer FOR UPDATE SKIP LOCKED; COMMIT

--> postgresql
--> customer reads email | id
DECLARE cur NO SCROLL CURSOR WITH HOLD FOR SELECT email FROM customer WHERE id > 3; FETCH 100 FROM cur; CLOSE cur

--> postgresql
--> customer reads | email id
EXPLAIN (ANALYZE, BUFFERS) SELECT email FROM customer WHERE id = 1

--> postgresql
--> daily writes day n
--> hit reads day
INSERT INTO daily AS d (day, n) SELECT day, count(*) FROM hit GROUP BY day ON CONFLICT (day) DO UPDATE SET n = d.n + EXCLUDED.n

--> db2
--> crm.customer reads id email | tier
SELECT id, email FROM crm.customer WHERE tier = ? FETCH FIRST 10 ROWS ONLY WITH UR

--> db2
--> crm.customer writes email
--> crm.customer reads id
SELECT id FROM FINAL TABLE (INSERT INTO crm.customer (email) VALUES (?))


--> hanadb
--> s.t writes a b
UPSERT "S"."T" (a, b) VALUES (?, ?) WITH PRIMARY KEY

--> mysql
--> t writes a b
REPLACE t (a, b) VALUES (?, ?)
