--> snowflake
--> raw.events reads payload | event_date
SELECT payload:customer.email::string AS email, payload:items[0]:sku::varchar FROM raw.events WHERE event_date = ?

--> snowflake
--> analytics.crm.contacts reads id email | updated_at
SELECT id, email FROM analytics.crm.contacts QUALIFY ROW_NUMBER() OVER (PARTITION BY email ORDER BY updated_at DESC) = 1

--> snowflake
--> raw.orders reads id items | placed_at
SELECT o.id, f.value:sku::string AS sku FROM raw.orders o, LATERAL FLATTEN(input => o.items) f WHERE o.placed_at > DATEADD(day, -7, CURRENT_DATE())

--> snowflake
--> raw.customers writes *
COPY INTO raw.customers FROM @my_stage/customers/ FILE_FORMAT = (TYPE = 'CSV' SKIP_HEADER = 1) PATTERN = '.*[.]csv' ON_ERROR = 'CONTINUE'

--> snowflake
--> raw.people writes name email
COPY INTO raw.people (name, email) FROM (SELECT t.$1, t.$2 FROM @~/people.csv.gz t)

--> snowflake
--> sales.orders reads *
COPY INTO @export_stage/orders FROM sales.orders FILE_FORMAT = (TYPE = PARQUET) OVERWRITE = TRUE

--> snowflake
--> crm.contacts reads email name | consent
COPY INTO 's3://bucket/x/' FROM (SELECT email, name FROM crm.contacts WHERE consent) STORAGE_INTEGRATION = s3_int

--> snowflake
--> dim_customer writes name email updated_at customer_id
--> stg_customer reads customer_id name email | op
MERGE INTO dim_customer t USING (SELECT customer_id, name, email FROM stg_customer WHERE op <> 'D') s ON t.customer_id = s.customer_id WHEN MATCHED THEN UPDATE SET t.name = s.name, t.email = s.email, t.updated_at = CURRENT_TIMESTAMP() WHEN NOT MATCHED THEN INSERT (customer_id, name, email) VALUES (s.customer_id, s.name, s.email)

--> snowflake
--> marts.daily writes day revenue
--> fct_orders reads day amount
CREATE OR REPLACE TRANSIENT TABLE marts.daily AS (SELECT day, SUM(amount) AS revenue FROM fct_orders GROUP BY 1)

--> snowflake
USE WAREHOUSE compute_wh

--> snowflake
ALTER SESSION SET QUERY_TAG = 'dbt'

--> snowflake
SHOW TABLES IN SCHEMA analytics.public

--> snowflake
LIST @my_stage/path

--> snowflake
--> "Orders" reads "CustomerId" total
SELECT "CustomerId", TOTAL FROM "Orders" SAMPLE (10)

--> snowflake
--> logs reads msg | ts
SELECT msg FROM logs AT (OFFSET => -3600) WHERE ts::date = '2024-01-01'

--> snowflake
--> events reads user_id v
SELECT user_id, OBJECT_CONSTRUCT('a', v) AS o FROM events

--> snowflake
--> a writes x
--> b writes y
--> src reads x y
INSERT ALL INTO a (x) VALUES (x) INTO b (y) VALUES (y) SELECT x, y FROM src

--> snowflake
--> db.public.users reads * | id
SELECT * EXCLUDE (password) FROM db.public.users WHERE id = :1

--> snowflake
--> monthly_sales reads empid amount month
SELECT * FROM (SELECT empid, amount, month FROM monthly_sales) PIVOT(SUM(amount) FOR month IN ('JAN', 'FEB'))

--> snowflake
--> customers reads email name | id
--> orders reads total | customer_id
with c as (select id, email, name from customers), o as (select customer_id, sum(total) as t from orders group by customer_id), joined as (select c.email, c.name, o.t from c left join o on o.customer_id = c.id) select * from joined

--> snowflake
--> users writes | id
--> gone reads | user_id
DELETE FROM users USING gone WHERE users.id = gone.user_id

--> snowflake
--> orders reads id customer_id | status
--> customers writes tier | id
CREATE OR REPLACE PROCEDURE promote() RETURNS STRING LANGUAGE SQL AS
$$
DECLARE
  n INTEGER DEFAULT 0;
  c1 CURSOR FOR SELECT id, customer_id FROM orders WHERE status = 'paid';
BEGIN
  FOR rec IN c1 DO
    UPDATE customers SET tier = 'gold' WHERE id = rec.customer_id;
    n := n + 1;
  END FOR;
  RETURN 'ok';
END;
$$

--> gcp.bigquery
--> my-proj.crm.users reads email full_name |
SELECT email, full_name FROM `my-proj.crm.users` WHERE _PARTITIONTIME >= @since

--> gcp.bigquery
--> my-proj.ga.events_* reads user_pseudo_id event_name |
SELECT user_pseudo_id, event_name FROM `my-proj.ga.events_*` WHERE _TABLE_SUFFIX BETWEEN '20240101' AND '20240131'

--> bigquery
--> crm.orders reads id items
SELECT o.id, item.sku, item.qty FROM crm.orders AS o, UNNEST(o.items) AS item WITH OFFSET AS pos

--> bigquery
--> crm.customers reads * | country
SELECT * EXCEPT (ssn, password_hash) FROM `crm.customers` WHERE country = 'FR'

--> bigquery
--> p.d.people reads name address
SELECT STRUCT(name, address.city AS city) AS person FROM `p.d.people`

--> bigquery
--> p.d.people reads id email name
SELECT id, ARRAY_AGG(STRUCT(email, name) ORDER BY name LIMIT 5) AS x FROM p.d.people GROUP BY id

--> bigquery
--> p.d.t writes id name
--> p.d.s reads id name
MERGE `p.d.t` t USING `p.d.s` s ON t.id = s.id WHEN MATCHED THEN UPDATE SET name = s.name WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name)

--> bigquery
--> p.d.out writes user_id n
--> p.d.clicks reads user_id | day
CREATE OR REPLACE TABLE `p.d.out` PARTITION BY DATE(_PARTITIONTIME) OPTIONS (expiration_timestamp = NULL) AS SELECT user_id, COUNT(*) AS n FROM `p.d.clicks` WHERE day = CURRENT_DATE() GROUP BY user_id

--> bigquery
--> d.users writes email | id
UPDATE d.users SET email = 'x' WHERE id = 1

--> bigquery
--> d.log writes a b
INSERT d.log (a, b) VALUES (1, 'x')

--> bigquery
--> d.clicks reads user_id ts
SELECT user_id, LAST_VALUE(ts IGNORE NULLS) OVER (PARTITION BY user_id ORDER BY ts ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM d.clicks

--> bigquery
SELECT 1

--> bigquery
--> bigquery-public-data.samples.natality reads weight_pounds state | year
SELECT weight_pounds, state FROM `bigquery-public-data`.samples.natality WHERE year = 2000

--> bigquery
--> d.users reads id email
EXPORT DATA OPTIONS (uri = 'gs://b/x-*.csv', format = 'CSV') AS SELECT id, email FROM d.users

--> bigquery
DECLARE x INT64 DEFAULT 0; SET x = 5;

--> redshift
--> sales.orders reads id email | order_date
UNLOAD ('SELECT id, email FROM sales.orders WHERE order_date > \'2024-01-01\'') TO 's3://bucket/orders_' IAM_ROLE 'arn:aws:iam::1:role/x' PARQUET

--> redshift
--> staging.customers writes *
COPY staging.customers FROM 's3://bucket/customers/' IAM_ROLE 'arn:aws:iam::1:role/x' FORMAT AS CSV GZIP

--> redshift
--> staging.customers writes id email
COPY staging.customers (id, email) FROM 's3://bucket/customers/' CREDENTIALS 'xxxxx' DELIMITER '|'

--> redshift
--> users reads state
SELECT state, APPROXIMATE COUNT(DISTINCT state) FROM users GROUP BY state

--> redshift
--> agg writes buyer total
--> sales reads buyer price
CREATE TABLE agg DISTKEY(buyer) SORTKEY(total) AS SELECT buyer, SUM(price) AS total FROM sales GROUP BY buyer

--> redshift
--> venue writes name | id
--> venue_stage reads name | id
UPDATE venue SET name = s.name FROM venue_stage s WHERE venue.id = s.id

--> redshift
--> users reads name city | name
SELECT TOP 10 name, city FROM users ORDER BY name

--> redshift
VACUUM sales.orders

--> clickhouse
--> logs.hits reads uid ip | day
SELECT uid, groupArray(ip) FROM logs.hits FINAL PREWHERE day = today() GROUP BY uid SETTINGS max_threads = 1 FORMAT JSON

--> clickhouse
--> events reads user_id url ts
SELECT user_id, argMax(url, ts) FROM events WHERE ts > now() - INTERVAL 1 DAY GROUP BY user_id LIMIT 1 BY user_id

--> clickhouse
--> events writes user_id url
INSERT INTO events (user_id, url) FORMAT JSONEachRow

--> clickhouse
--> default.users reads name | id
--> default.visits reads page | user_id
SELECT u.name, v.page FROM default.visits v ANY LEFT JOIN default.users u ON u.id = v.user_id

--> clickhouse
--> sessions reads tags user
SELECT user, tag FROM sessions ARRAY JOIN tags AS tag

--> clickhouse
--> users writes email | id
ALTER TABLE users UPDATE email = '' WHERE id = 5

--> clickhouse
--> users writes | id
ALTER TABLE users DELETE WHERE id = 5

--> trino
--> hive.sales.orders reads orderkey totalprice | orderdate custkey
--> mysql.crm.customers reads email | custkey
SELECT o.orderkey, o.totalprice, c.email FROM hive.sales.orders o JOIN mysql.crm.customers c ON c.custkey = o.custkey WHERE o.orderdate > DATE '2024-01-01'

--> trino
--> web.requests reads ip tags
SELECT ip, t.tag FROM web.requests CROSS JOIN UNNEST(tags) AS t (tag)

--> trino
--> mart.t writes a
--> raw.t reads a
INSERT INTO mart.t (a) SELECT a FROM raw.t TABLESAMPLE BERNOULLI (10)

--> trino
--> lake.users reads email
SELECT approx_distinct(email) FROM lake.users FOR VERSION AS OF 123

--> db2
--> staff.emp reads empno lastname | workdept
SELECT EMPNO, LASTNAME FROM STAFF.EMP WHERE WORKDEPT = ? FETCH FIRST 10 ROWS ONLY WITH UR

--> db2
--> emp reads empno
--> emp writes empno lastname
SELECT EMPNO FROM FINAL TABLE (INSERT INTO EMP (EMPNO, LASTNAME) VALUES (?, ?))

--> db2
SELECT CURRENT TIMESTAMP FROM SYSIBM.SYSDUMMY1

--> db2
--> acct writes balance | id
--> acct reads balance | id
SELECT BALANCE FROM ACCT WHERE ID = ? FOR UPDATE OF BALANCE; UPDATE ACCT SET BALANCE = ? WHERE ID = ?

--> hanadb
--> sapabap1.kna1 reads kunnr name1 | land1
SELECT TOP 100 "KUNNR", "NAME1" FROM "SAPABAP1"."KNA1" WHERE "LAND1" = ?

--> databricks
--> main.crm.users reads id email | country
SELECT id, email FROM main.crm.users WHERE country = 'SE'

--> databricks
--> main.crm.out writes *
--> main.crm.users reads *
INSERT OVERWRITE TABLE main.crm.out SELECT * FROM main.crm.users

--> hive
--> logs.web reads ip url | ds
SELECT ip, url FROM logs.web WHERE ds = '2024-01-01' DISTRIBUTE BY ip SORT BY url

--> hive
--> people reads name phones
SELECT name, phone FROM people LATERAL VIEW explode(phones) p AS phone

--> duckdb
--> users reads name
FROM users SELECT name

--> teradata
--> crm.customer reads id name | country
SEL id, name FROM crm.customer WHERE country = 'DE'

--> spanner
--> singers reads singerid firstname | lastname
SELECT SingerId, FirstName FROM Singers@{FORCE_INDEX=SingersByLastName} WHERE LastName = @name

--> exasol
--> retail.sales reads amount | day
SELECT SUM(amount) FROM retail.sales WHERE day = CURRENT_DATE
