--> postgresql
--> customers reads id full_name email | tenant_id created_at
SELECT id, full_name, email FROM customers WHERE tenant_id = $1 AND created_at > $2 ORDER BY created_at DESC LIMIT 50

--> postgresql
--> billing.invoices reads number total | customer_id issued_on
--> crm.customers reads email vat_id | id
SELECT c.email, c.vat_id, i.number, i.total FROM crm.customers c INNER JOIN billing.invoices AS i ON i.customer_id = c.id WHERE i.issued_on BETWEEN $1 AND $2

--> postgresql
--> patients reads city age | status
SELECT city, count(*) AS n, avg(age) FROM patients WHERE status = 'active' GROUP BY city HAVING count(*) > 5 ORDER BY n DESC

--> postgresql
--> users reads * | id
SELECT "users".* FROM "users" WHERE "users"."id" = $1 LIMIT $2 /*application:Shop,controller:accounts,action:show*/

--> postgresql
--> app_user reads id email date_of_birth | last_login
SELECT "app_user"."id", "app_user"."email", "app_user"."date_of_birth" FROM "app_user" WHERE "app_user"."last_login" >= %s ORDER BY "app_user"."id" ASC LIMIT 21

--> postgresql
--> shop_order reads id total | customer_id placed_at
--> shop_customer reads email phone | id country
SELECT "shop_order"."id", "shop_order"."total", T2."email", T2."phone" FROM "shop_order" INNER JOIN "shop_customer" T2 ON ("shop_order"."customer_id" = T2."id") WHERE (T2."country" IN (%s, %s) AND "shop_order"."placed_at" IS NOT NULL)

--> postgresql
--> accounts reads id name ssn | id
SELECT accounts.id AS accounts_id, accounts.name AS accounts_name, accounts.ssn AS accounts_ssn FROM accounts WHERE accounts.id = %(id_1)s

--> postgresql
--> orders reads id total | user_id
--> users reads id email | id
SELECT anon_1.users_id AS anon_1_users_id, anon_1.users_email AS anon_1_users_email, orders_1.id AS orders_1_id, orders_1.total AS orders_1_total FROM (SELECT users.id AS users_id, users.email AS users_email FROM users WHERE users.id = %(param_1)s LIMIT %(param_2)s) AS anon_1 LEFT OUTER JOIN orders AS orders_1 ON anon_1.users_id = orders_1.user_id

--> postgresql
--> customer reads id email first_name | id
select customer0_.id as id1_3_0_, customer0_.email as email3_3_0_, customer0_.first_name as first_na4_3_0_ from customer customer0_ where customer0_.id=?

--> postgresql
--> address reads id street zip | customer_id
--> customer reads id email | id
select c1_0.id, c1_0.email, a1_0.id, a1_0.street, a1_0.zip from customer c1_0 left join address a1_0 on c1_0.id=a1_0.customer_id where c1_0.id=?

--> postgresql
--> User reads id email name | email
SELECT "public"."User"."id", "public"."User"."email", "public"."User"."name" FROM "public"."User" WHERE ("public"."User"."email" = $1 AND 1=1) LIMIT $2 OFFSET $3

--> postgresql
--> Profile writes userId bio avatarUrl
--> Profile reads id userId bio
INSERT INTO "public"."Profile" ("userId","bio","avatarUrl") VALUES ($1,$2,$3) RETURNING "public"."Profile"."id", "public"."Profile"."userId", "public"."Profile"."bio"

--> postgresql
--> user reads id firstName lastName | isActive
SELECT "user"."id" AS "user_id", "user"."firstName" AS "user_firstName", "user"."lastName" AS "user_lastName" FROM "user" "user" WHERE "user"."isActive" = $1

--> postgresql
--> credit_cards reads * | user_id deleted_at id
SELECT * FROM "credit_cards" WHERE user_id = $1 AND "credit_cards"."deleted_at" IS NULL ORDER BY "credit_cards"."id" LIMIT 1

--> postgresql
--> users writes created_at updated_at deleted_at name email
--> users reads id
INSERT INTO "users" ("created_at","updated_at","deleted_at","name","email") VALUES ('2024-01-02 10:11:12.123','2024-01-02 10:11:12.123',NULL,'xxxxx','xxxxx') RETURNING "id"

--> postgresql
--> sales.orders reads amount | customer_id ordered_at
--> sales.customers reads region | id
WITH regional AS (SELECT c.region, sum(o.amount) AS total FROM sales.orders o JOIN sales.customers c ON c.id = o.customer_id WHERE o.ordered_at > now() - interval '30 days' GROUP BY c.region), top AS (SELECT region FROM regional WHERE total > (SELECT avg(total) FROM regional)) SELECT region, total FROM regional WHERE region IN (SELECT region FROM top)

--> postgresql
--> employees reads id name manager_id | id manager_id
WITH RECURSIVE chain(id, name, manager_id, depth) AS (SELECT id, name, manager_id, 1 FROM employees WHERE id = $1 UNION ALL SELECT e.id, e.name, e.manager_id, chain.depth + 1 FROM employees e JOIN chain ON e.id = chain.manager_id) SELECT id, name, manager_id, depth FROM chain

--> postgresql
--> inventory writes sku quantity updated_at | sku
INSERT INTO inventory (sku, quantity, updated_at) VALUES ($1, $2, now()) ON CONFLICT (sku) DO UPDATE SET quantity = inventory.quantity + EXCLUDED.quantity, updated_at = EXCLUDED.updated_at

--> postgresql
--> subscribers writes email consent
INSERT INTO subscribers (email, consent) VALUES (?, ?), (?, ?), (?, ?) ON CONFLICT DO NOTHING

--> postgresql
--> mailing_list writes email full_name
--> customers reads email first_name last_name | newsletter
INSERT INTO mailing_list (email, full_name) SELECT email, first_name || ' ' || last_name FROM customers WHERE newsletter IS TRUE

--> postgresql
--> accounts writes balance updated_at | id
UPDATE accounts SET balance = balance - $1, updated_at = now() WHERE id = $2

--> postgresql
--> people writes full_name | id
--> people reads given_name family_name
UPDATE people SET full_name = given_name || ' ' || family_name WHERE id = $1

--> postgresql
--> users writes email_hash phone | id
--> staging.contacts reads email_hash phone | user_id
UPDATE users AS u SET email_hash = s.email_hash, phone = s.phone FROM staging.contacts s WHERE s.user_id = u.id

--> postgresql
--> sessions writes | user_id
--> users reads | id deactivated_at
DELETE FROM sessions USING users WHERE sessions.user_id = users.id AND users.deactivated_at IS NOT NULL

--> postgresql
--> password_resets writes | expires_at
--> password_resets reads user_id token
DELETE FROM password_resets WHERE expires_at < now() RETURNING user_id, token

--> postgresql
--> payments reads account_id amount | settled
--> wallets writes account_id balance
MERGE INTO wallets w USING (SELECT account_id, sum(amount) AS amount FROM payments WHERE settled GROUP BY account_id) p ON w.account_id = p.account_id WHEN MATCHED THEN UPDATE SET balance = p.amount WHEN NOT MATCHED THEN INSERT (account_id, balance) VALUES (p.account_id, p.amount)

--> postgresql
--> employees reads name department salary hired_on
SELECT name, department, salary, rank() OVER (PARTITION BY department ORDER BY salary DESC), lag(salary) OVER w FROM employees WINDOW w AS (PARTITION BY department ORDER BY hired_on)

--> postgresql
--> readings reads device_id value taken_at
SELECT DISTINCT ON (device_id) device_id, value, taken_at FROM readings ORDER BY device_id, taken_at DESC

--> postgresql
--> customers reads name | id
--> orders reads id total | customer_id placed_at
SELECT c.name, o.id, o.total FROM customers c CROSS JOIN LATERAL (SELECT id, total FROM orders WHERE orders.customer_id = c.id ORDER BY placed_at DESC LIMIT 3) o

--> postgresql
--> staff reads email
--> contractors reads email
--> leavers reads email
(SELECT email FROM staff UNION SELECT email FROM contractors) EXCEPT SELECT email FROM leavers

--> postgresql
--> documents reads id payload | payload
SELECT id, payload->'customer'->>'email' AS email FROM documents WHERE payload @> $1::jsonb AND payload ? 'consent'

--> postgresql
--> tickets reads id tags
SELECT t.id, tag FROM tickets t, unnest(t.tags) AS tag

--> postgresql
--> users reads email | id
--> orders reads | user_id
SELECT u.email FROM users u WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.user_id = u.id)

--> postgresql
--> products reads id name price | category_id
--> categories reads | id slug
SELECT id, name, price FROM products WHERE category_id IN (SELECT id FROM categories WHERE slug = ANY($1))

--> postgresql
--> reports.monthly writes region total
--> sales reads region amount
CREATE TABLE reports.monthly AS SELECT region, sum(amount) AS total FROM sales GROUP BY region

--> postgresql
--> active_customers writes id email
--> customers reads id email | active
CREATE OR REPLACE VIEW active_customers AS SELECT id, email FROM customers WHERE active

--> postgresql
--> customer_totals writes customer_id total
--> orders reads customer_id amount
CREATE MATERIALIZED VIEW customer_totals AS SELECT customer_id, sum(amount) AS total FROM orders GROUP BY customer_id

--> postgresql
--> audit.log writes
TRUNCATE TABLE audit.log RESTART IDENTITY CASCADE

--> postgresql
--> customers writes id email phone
COPY customers (id, email, phone) FROM STDIN WITH (FORMAT csv)

--> postgresql
--> users reads email name | active
COPY (SELECT email, name FROM users WHERE active) TO STDOUT WITH CSV HEADER

--> postgresql
CALL refresh_balances($1)

--> postgresql
SELECT refresh_balances($1)

--> postgresql
BEGIN; SET LOCAL statement_timeout = 5000; SHOW search_path; COMMIT

--> postgresql
SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relname = $1

--> postgresql
SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'

--> postgresql
SELECT pg_advisory_lock($1), current_setting('x.y'), version()

--> postgresql
--> users reads id name | email
PREPARE find_user (text) AS SELECT id, name FROM users WHERE email = $1

--> postgresql
EXECUTE find_user('xxxxx')

--> postgresql
--> payments reads id iban | created_at
DECLARE pay_cursor CURSOR WITH HOLD FOR SELECT id, iban FROM payments WHERE created_at::date = current_date

--> postgresql
FETCH FORWARD 100 FROM pay_cursor

--> postgresql
--> users writes last_seen | id
--> logins writes user_id ip at
UPDATE users SET last_seen = now() WHERE id = 42; INSERT INTO logins (user_id, ip, at) VALUES (42, '10.0.0.1', now());

--> postgresql
--> users writes anonymised email | last_seen
--> orders writes shipping_address | user_id
--> users reads id | last_seen
DO $$
DECLARE r record;
BEGIN
  FOR r IN SELECT id FROM users WHERE last_seen < now() - interval '2 years' LOOP
    UPDATE orders SET shipping_address = NULL WHERE user_id = r.id;
  END LOOP;
  UPDATE users SET email = NULL, anonymised = true WHERE last_seen < now() - interval '2 years';
END
$$

--> postgresql
--> customers reads email full_name | id
--> invoices reads total | customer_id paid
--> reminders writes customer_id email amount sent_at
--> customers writes last_reminder | id
CREATE OR REPLACE FUNCTION send_reminder(p_customer integer) RETURNS void AS $body$
DECLARE
  v_email text;
  v_name text;
  v_due numeric;
BEGIN
  SELECT email, full_name INTO v_email, v_name FROM customers WHERE id = p_customer;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no customer %', p_customer;
  END IF;
  SELECT sum(total) INTO v_due FROM invoices WHERE customer_id = p_customer AND NOT paid;
  IF v_due > 0 THEN
    INSERT INTO reminders (customer_id, email, amount, sent_at) VALUES (p_customer, v_email, v_due, now());
    UPDATE customers SET last_reminder = now() WHERE id = p_customer;
  END IF;
END;
$body$ LANGUAGE plpgsql

--> postgresql
--> orders reads id status total | user_id
CREATE FUNCTION orders_of(p_user bigint) RETURNS TABLE (id bigint, status text, total numeric) LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY SELECT o.id, o.status, o.total FROM orders o WHERE o.user_id = p_user;
END $$

--> postgresql
--> audit_trail writes table_name row_id changed_at
CREATE OR REPLACE FUNCTION note_change() RETURNS trigger AS $$
BEGIN
  INSERT INTO audit_trail (table_name, row_id, changed_at) VALUES (TG_TABLE_NAME, NEW.id, clock_timestamp());
  RETURN NEW;
END;
$$ LANGUAGE plpgsql

--> postgresql
--> "Order Items" reads "Unit Price" qty | "order id"
SELECT i."Unit Price", i.qty FROM "Order Items" i WHERE i."order id" = $1

--> postgresql
--> "Kunden" reads "Straße" plz | "Größe"
SELECT "Straße", plz FROM "Kunden" WHERE "Größe" > 3

--> postgresql
--> order reads id user | group
SELECT "id", "user" FROM "order" WHERE "group" = $1

--> postgresql
--> patients reads id last_name | ward
--> admissions reads bed | patient_id
SELECT p.id, p.last_name, a.bed FROM patients p JOIN admissions a ON a.patient_id = p.id WHERE p.ward = $1 AND a.disch...

--> postgresql
--> jobs reads id payload | state run_at
SELECT id, payload FROM jobs WHERE state = 'ready' AND run_at <= now() ORDER BY run_at FOR UPDATE SKIP LOCKED LIMIT 1

--> postgresql
--> users reads id email name birth_date
SELECT id, COALESCE(email, name) AS contact, date_part('year', age(birth_date)) FROM users

--> postgresql
--> members reads city gender
SELECT city, count(*) FILTER (WHERE gender = 'f') AS women FROM members GROUP BY ROLLUP (city)

--> postgresql
--> customers writes
ALTER TABLE customers ADD COLUMN phone text

--> postgresql
--> staging.import writes
DROP TABLE IF EXISTS staging.import

--> cockroachdb
--> rides writes id rider_id start_address
UPSERT INTO rides (id, rider_id, start_address) VALUES ($1, $2, $3)

--> cockroachdb
--> movr.public.users reads name credit_card | city id
SELECT name, credit_card FROM movr.public.users WHERE city = $1 AND id = $2

--> postgresql
--> visits reads page visitor_id | at
SELECT page, count(DISTINCT visitor_id) FROM visits WHERE at >= date_trunc('day', now()) GROUP BY 1 ORDER BY 2 DESC

--> postgresql
--> a.t1 reads x | id
--> b.t2 reads y | id
--> c.t3 reads | id
SELECT t1.x, t2.y FROM (a.t1 JOIN b.t2 USING (id)) JOIN c.t3 USING (id)

--> postgresql
--> people reads name | geom
--> areas reads | geom id
SELECT p.name FROM people p, areas a WHERE ST_Contains(a.geom, p.geom) AND a.id = $1

--> postgresql
--> loyalty reads points | email
--> customers reads name | email country
SELECT c.name, l.points FROM customers c NATURAL JOIN loyalty l WHERE c.country = 'SE' AND l.email = c.email

--> postgresql
--> users reads *
TABLE users

--> postgresql
--> outbox writes topic key body
--> outbox reads id
/* trace: 00-abc */ INSERT INTO outbox (topic, key, body) VALUES ('orders', 'k', '{"a": 1}'::jsonb) RETURNING id -- relay

--> postgresql
LISTEN order_events

--> postgresql
SAVEPOINT sp_1

--> postgresql
--> orders reads total | customer_id placed_at
--> customers reads name | id
WITH totals AS MATERIALIZED (SELECT customer_id, sum(total) AS total FROM orders WHERE placed_at > $1 GROUP BY customer_id) SELECT c.name, t.total FROM totals t JOIN customers c ON c.id = t.customer_id ORDER BY t.total DESC
