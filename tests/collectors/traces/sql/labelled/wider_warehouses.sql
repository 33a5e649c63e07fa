--> snowflake
--> raw.events reads payload | loaded_at
SELECT e.payload:user.email::string AS email, f.value:sku::string AS sku
FROM raw.events e, LATERAL FLATTEN(input => e.payload:items, outer => true) f
WHERE e.loaded_at > DATEADD('hour', -1, CURRENT_TIMESTAMP())

--> snowflake
--> analytics.customer_dim reads customer_id email | updated_at
SELECT customer_id, email FROM analytics.customer_dim
QUALIFY ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY updated_at DESC) = 1

--> snowflake
--> crm.leads writes lead_id email phone
COPY INTO crm.leads (lead_id, email, phone) FROM (SELECT $1, $2, $3 FROM @crm.stage_leads/2026/) FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1) ON_ERROR = 'CONTINUE'

--> snowflake
--> hr.payroll reads employee_id net_pay | period
COPY INTO @~/export/payroll FROM (SELECT employee_id, net_pay FROM hr.payroll WHERE period = '2026-10') FILE_FORMAT = (TYPE = PARQUET) OVERWRITE = TRUE

--> snowflake
--> dw.orders_s writes *
--> src.orders reads *
CREATE OR REPLACE TRANSIENT TABLE dw.orders_s COPY GRANTS AS SELECT * FROM src.orders

--> snowflake
--> dim_user writes email city user_id | user_id
--> stream_user reads user_id email city | METADATA$ACTION
MERGE INTO dim_user t USING (SELECT user_id, email, city FROM stream_user WHERE METADATA$ACTION = 'INSERT') s ON t.user_id = s.user_id
WHEN MATCHED THEN UPDATE SET email = s.email, city = s.city
WHEN NOT MATCHED THEN INSERT (user_id, email, city) VALUES (s.user_id, s.email, s.city)

--> snowflake
--> visits reads visitor_id ts page
SELECT $1, VISITOR_ID, ts, page FROM (SELECT visitor_id, ts, page FROM visits SAMPLE (10))

--> snowflake
--> public.contacts reads full_name email | owner
SELECT "FULL_NAME", "EMAIL" FROM PUBLIC.CONTACTS AT(OFFSET => -60*5) WHERE OWNER = ?

--> snowflake
--> t_sales reads rep amount | quarter
SELECT rep, SUM(amount) FROM t_sales WHERE quarter ILIKE 'q3%' GROUP BY ALL ORDER BY 2 DESC LIMIT 10

--> snowflake
--> member reads id birth_date | plan
--> plan_price reads price | plan valid_from
SELECT m.id, m.birth_date, p.price FROM member m ASOF JOIN plan_price p MATCH_CONDITION(m.id >= p.valid_from) ON m.plan = p.plan

--> bigquery
--> shop.orders reads order_id customer items | placed_at
SELECT o.order_id, o.customer.email, item.sku, item.qty
FROM `acme-prod.shop.orders` AS o, UNNEST(o.items) AS item WITH OFFSET pos
WHERE o.placed_at >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 DAY)

--> bigquery
--> logs.requests_* reads ip url |
SELECT ip, url FROM `acme.logs.requests_*` WHERE _TABLE_SUFFIX BETWEEN '20261001' AND '20261031'

--> bigquery
--> crm.people writes email updated | id
--> crm.people_delta reads email | id
MERGE crm.people T USING (SELECT * EXCEPT(rn) FROM (SELECT id, email, ROW_NUMBER() OVER (PARTITION BY id) rn FROM crm.people_delta) WHERE rn = 1) S
ON T.id = S.id WHEN MATCHED THEN UPDATE SET email = S.email, updated = CURRENT_TIMESTAMP()

--> bigquery
--> ds.sessions reads user_pseudo_id event_params | event_name
SELECT user_pseudo_id, (SELECT value.string_value FROM UNNEST(event_params) WHERE key = 'page_location') AS page
FROM ds.sessions WHERE event_name = 'page_view'

--> bigquery
--> a.b.patients reads id name dob
--> a.v.patient_names writes id name dob
CREATE OR REPLACE VIEW `a.v.patient_names` AS SELECT id, name, dob FROM `a.b.patients`

--> bigquery
--> ops.tmp_in reads id phone
--> ops.numbers writes id phone
INSERT INTO ops.numbers (id, phone) SELECT id, ANY_VALUE(phone HAVING MAX id) FROM ops.tmp_in GROUP BY id

--> bigquery
--> ds.users reads id emails
SELECT id, ARRAY(SELECT AS STRUCT e.address FROM UNNEST(emails) e WHERE e.verified) FROM ds.users

--> redshift
--> public.visits reads visitor_ip seen_at | site_id
--> spectrum.sites reads name | id
UNLOAD ('SELECT v.visitor_ip, v.seen_at, s.name FROM public.visits v JOIN spectrum.sites s ON s.id = v.site_id') TO 's3://bucket/out/' IAM_ROLE 'arn:aws:iam::1:role/r' FORMAT PARQUET

--> redshift
--> stage.customer writes id name email
COPY stage.customer (id, name, email) FROM 's3://bucket/c/' IAM_ROLE 'arn:aws:iam::1:role/r' CSV IGNOREHEADER 1 GZIP

--> redshift
--> fact_call writes | call_id
--> stg_call reads | call_id
DELETE FROM fact_call USING stg_call WHERE fact_call.call_id = stg_call.call_id

--> redshift
--> dim_agent reads agent_key agent_name
SELECT agent_key, LISTAGG(DISTINCT agent_name, ', ') WITHIN GROUP (ORDER BY agent_name) FROM dim_agent GROUP BY agent_key

--> redshift
--> events reads person_id properties
SELECT person_id, properties.address.city::varchar FROM events e, e.properties.tags AS t

--> clickhouse
--> hits reads UserID IPv4 | EventDate CounterID
SELECT UserID, IPv4NumToString(IPv4) FROM hits PREWHERE EventDate = today() WHERE CounterID = {id:UInt32} LIMIT 5 BY UserID SETTINGS max_threads = 4

--> clickhouse
--> orders reads user_id amount
--> users reads email | id
SELECT user_id, sum(amount) AS s, any(u.email) FROM orders FINAL ANY LEFT JOIN users AS u ON u.id = orders.user_id GROUP BY user_id WITH TOTALS FORMAT JSONEachRow

--> clickhouse
--> spans reads trace_id attrs | ts
SELECT trace_id, arrayJoin(mapKeys(attrs)) AS k FROM spans WHERE ts > now() - 60

--> clickhouse
--> default.metrics writes name value ts
INSERT INTO default.metrics (name, value, ts) SETTINGS async_insert=1 FORMAT RowBinary

--> clickhouse
--> t reads b | a
WITH (SELECT max(a) FROM t) AS top SELECT b FROM t WHERE a = top

--> clickhouse
--> mv_target writes *
--> src_events reads user_id
CREATE MATERIALIZED VIEW mv TO mv_target AS SELECT user_id, count() AS c FROM src_events GROUP BY user_id

--> clickhouse
--> people writes name | id
ALTER TABLE people UPDATE name = '' WHERE id = 5

--> trino
--> hive.web.clicks reads user_email url | dt
SELECT user_email, element_at(split(url, '/'), 3) FROM hive.web.clicks WHERE dt = '2026-11-01' AND cardinality(filter(ARRAY[1], x -> x > 0)) > 0

--> trino
--> orders reads id tags
SELECT id, t.tag FROM orders CROSS JOIN UNNEST(tags) WITH ORDINALITY AS t (tag, n)

--> databricks
--> silver.patients writes * | id
--> bronze.patients reads * | op id
MERGE WITH SCHEMA EVOLUTION INTO silver.patients AS t USING (SELECT * FROM bronze.patients WHERE op <> 'D') AS s ON t.id = s.id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *

--> databricks
--> silver.visits reads patient_id note
SELECT patient_id, explode(split(note, ' ')) AS w FROM silver.visits VERSION AS OF 12

--> spark
--> sales reads emp amount
--> ranks writes emp total
INSERT OVERWRITE TABLE ranks PARTITION (dt = '2026-01-01') (emp, total) SELECT emp, sum(amount) FROM sales GROUP BY emp

--> cassandra
--> ks.user_by_email reads user_id password_hash | email
SELECT user_id, password_hash FROM ks.user_by_email WHERE email = ? LIMIT 1

--> cassandra
--> message_by_room reads author body sent_at | room_id bucket
SELECT author, body, sent_at FROM message_by_room WHERE room_id = ? AND bucket IN ? AND sent_at < ? ORDER BY sent_at DESC ALLOW FILTERING

--> cassandra
--> account writes email phones | id
UPDATE account USING TTL 3600 AND TIMESTAMP ? SET email = ?, phones = phones + {?} WHERE id = ? IF email = ?

--> cassandra
--> account writes phones | id
--> login writes | user_id at
BEGIN BATCH DELETE phones['home'] FROM account WHERE id = ?; DELETE FROM login WHERE user_id = ? AND at < ?; APPLY BATCH

--> cassandra
--> sensor writes id day at value
INSERT INTO sensor (id, day, at, value) VALUES (:id, :day, toTimestamp(now()), :value) IF NOT EXISTS USING TTL 86400

--> db2
--> payroll.emp reads empno lastname salary | workdept
SELECT EMPNO, LASTNAME, DECIMAL(SALARY, 9, 2) FROM PAYROLL.EMP WHERE WORKDEPT = ? ORDER BY SALARY DESC FETCH FIRST 20 ROWS ONLY OPTIMIZE FOR 20 ROWS WITH UR

--> db2
--> account writes balance | id
--> account reads balance
SELECT balance FROM FINAL TABLE (UPDATE account SET balance = balance - ? WHERE id = ?)

--> db2
--> cust reads id ssn | region
SELECT c.id, c.ssn FROM cust c WHERE c.region = (VALUES CURRENT SERVER) FOR READ ONLY WITH CS SKIP LOCKED DATA

--> db2
--> member writes card | no
--> member_in reads card | no
MERGE INTO member AS m USING (SELECT no, card FROM member_in) AS i ON m.no = i.no WHEN MATCHED THEN UPDATE SET m.card = i.card ELSE IGNORE

--> hanadb
--> BKPF reads BUKRS BELNR | BUDAT
--> BSEG reads KUNNR DMBTR | BUKRS BELNR
SELECT TOP 100 b.BUKRS, b.BELNR, s.KUNNR, s.DMBTR FROM BKPF b INNER JOIN BSEG s ON s.BUKRS = b.BUKRS AND s.BELNR = b.BELNR WHERE b.BUDAT >= ADD_DAYS(CURRENT_DATE, -30) WITH HINT(NO_CS_JOIN)

--> teradata
--> dw.cust reads cust_id email
SEL cust_id, email FROM dw.cust QUALIFY RANK() OVER (PARTITION BY cust_id ORDER BY email) = 1

--> snowflake
--> crm.member reads id email joined
// unloads new members
COPY INTO @~/member FROM (
  WITH fresh AS (SELECT row_number() OVER (ORDER BY uniform(1, 60, random())) AS n, id, email, joined FROM (SELECT m.id, m.email, m.joined FROM crm.member m))
  SELECT id, email, joined FROM fresh WHERE n < (SELECT max(n) FROM fresh)
) FILE_FORMAT = (TYPE = CSV) OVERWRITE = TRUE // once a day

--> snowflake
--> gold.person writes id email
INSERT INTO IDENTIFIER('gold.person') (id, email) SELECT id, email FROM IDENTIFIER($source_table)

--> snowflake
--> std.loyalty reads member_id phone
SELECT member_id, phone FROM IDENTIFIER('STD.LOYALTY')
