--> postgresql
--> person reads id name email | city
SELECT /*+ IndexScan(p) */ p.id, p.name, p.email FROM ONLY person p WHERE p.city = ANY($1::text[]) AND p.name ILIKE $2 ESCAPE '\' ORDER BY p.name COLLATE "de-x-icu" NULLS LAST LIMIT $3 OFFSET $4 FOR NO KEY UPDATE OF p SKIP LOCKED

--> postgresql
--> subscriber writes email source | deleted_at
--> subscriber reads id
INSERT INTO subscriber AS s (email, source) VALUES ($1, $2) ON CONFLICT (email) WHERE deleted_at IS NULL DO UPDATE SET source = EXCLUDED.source RETURNING s.id, (xmax = 0) AS inserted

--> postgresql
--> archived_note writes id patient_id body
--> note writes | written_at
--> note reads id patient_id body
WITH moved AS (DELETE FROM note WHERE written_at < now() - interval '10 years' RETURNING id, patient_id, body)
INSERT INTO archived_note (id, patient_id, body) SELECT id, patient_id, body FROM moved

--> postgresql
--> account reads id email
--> login reads at ip | account_id
SELECT a.id, a.email, l.at, l.ip FROM account a LEFT JOIN LATERAL (SELECT at, ip FROM login WHERE login.account_id = a.id ORDER BY at DESC LIMIT 1) l ON true

--> postgresql
--> category reads id title | parent_id
WITH RECURSIVE tree(id, parent_id, title, path) AS (
  SELECT id, parent_id, title, ARRAY[id] FROM category WHERE parent_id IS NULL
  UNION ALL
  SELECT c.id, c.parent_id, c.title, t.path || c.id FROM category c JOIN tree t ON c.parent_id = t.id
) SEARCH DEPTH FIRST BY id SET ord CYCLE id SET is_cycle USING cpath
SELECT id, title, path FROM tree ORDER BY ord

--> postgresql
--> employee writes salary | dept_id
--> department reads factor | id country
UPDATE employee AS e SET salary = e.salary * d.factor FROM department d WHERE d.id = e.dept_id AND d.country = $1

--> postgresql
--> session writes | user_id
--> app_user reads | id banned
DELETE FROM session s USING app_user u WHERE u.id = s.user_id AND u.banned

--> postgresql
--> reading reads sensor value at
SELECT sensor, avg(value) FILTER (WHERE value > 0) OVER w, lag(value) OVER w FROM reading WINDOW w AS (PARTITION BY sensor ORDER BY at)

--> postgresql
--> profile reads data | user_id
SELECT data->>'email', data #>> '{address,city}', jsonb_path_query(data, '$.phones[*]') FROM profile WHERE user_id = $1 AND data @> '{"active": true}'

--> postgresql
--> customer writes name email phone
COPY customer (name, email, phone) FROM STDIN WITH (FORMAT csv, HEADER true)

--> postgresql
--> customer reads email
COPY (SELECT email FROM customer) TO STDOUT

--> postgresql
--> wallet writes balance | id
--> wallet reads balance | id
--> ledger writes wallet_id amount at
CREATE OR REPLACE PROCEDURE transfer(source bigint, target bigint, amount numeric)
LANGUAGE plpgsql AS $$
DECLARE
  v_balance numeric;
BEGIN
  SELECT balance INTO STRICT v_balance FROM wallet WHERE id = source FOR UPDATE;
  IF v_balance < amount THEN
    RAISE EXCEPTION 'insufficient funds: %', v_balance USING ERRCODE = 'check_violation';
  END IF;
  UPDATE wallet SET balance = balance - amount WHERE id = source;
  UPDATE wallet SET balance = balance + amount WHERE id = target;
  INSERT INTO ledger (wallet_id, amount, at) VALUES (source, -amount, clock_timestamp()), (target, amount, clock_timestamp());
END;
$$

--> postgresql
--> visitor reads email
--> visit writes visitor_id page
DO $do$
DECLARE v_id int; rec record;
BEGIN
  FOR rec IN SELECT email FROM visitor LOOP
    CONTINUE WHEN rec.email IS NULL;
    INSERT INTO visit (visitor_id, page) VALUES (v_id, '/');
  END LOOP;
END $do$

--> postgresql
--> "Order" reads "Id" "CustomerName" | "Status"
--> "OrderLine" reads "Sku" | "OrderId"
SELECT o."Id", o."CustomerName", l."Sku" FROM "Order" AS o INNER JOIN "OrderLine" AS l ON o."Id" = l."OrderId" WHERE o."Status" = 2

--> postgresql
--> member reads *
SELECT row_to_json(m) FROM member m

--> postgresql
--> a reads id x
--> b reads id x
--> c reads id x | y
(SELECT id, x FROM a EXCEPT ALL SELECT id, x FROM b) UNION (SELECT id, x FROM c WHERE y) ORDER BY 1

--> postgresql
--> staff reads id name | team_id
SELECT id, name, (count(*) OVER ()) AS full_count FROM staff WHERE (team_id, name) > ($1, $2)

--> postgresql
--> t_user reads *
TABLE t_user

--> postgresql
--> patient writes *
--> patient_new reads *
INSERT INTO patient OVERRIDING SYSTEM VALUE SELECT * FROM patient_new

--> postgresql
--> device writes last_ip seen | token
--> device reads owner_id
MERGE INTO device d USING (VALUES ($1, $2::inet)) AS v(token, ip) ON d.token = v.token WHEN MATCHED THEN UPDATE SET last_ip = v.ip, seen = now() RETURNING d.owner_id

--> mysql
--> customer reads id email phone | country
SELECT SQL_CALC_FOUND_ROWS STRAIGHT_JOIN `c`.`id`, `c`.`email`, `c`.`phone` FROM `shop`.`customer` `c` FORCE INDEX (`ix_country`) WHERE `c`.`country` = ? LIMIT ?, ?

--> mysql
--> cart writes qty sku user_id
INSERT IGNORE INTO cart (user_id, sku, qty) VALUES (?, ?, ?) AS new ON DUPLICATE KEY UPDATE qty = cart.qty + new.qty

--> mysql
--> orders writes | id customer_id
--> customers reads | id gdpr_erased
--> order_lines writes | order_id
DELETE o, l FROM orders o INNER JOIN customers c ON c.id = o.customer_id LEFT JOIN order_lines l ON l.order_id = o.id WHERE c.gdpr_erased = 1

--> mysql
--> users writes email_hash | id
--> mails reads email | user_id
UPDATE users u JOIN mails m ON m.user_id = u.id SET u.email_hash = SHA2(m.email, 256)

--> mysql
--> patients writes ward | id
--> moves writes patient_id ward at
--> moves reads | patient_id
CREATE DEFINER=`app`@`%` PROCEDURE `move_patient`(IN p_id INT, IN p_ward VARCHAR(20), OUT p_moves INT)
SQL SECURITY INVOKER
BEGIN
  DECLARE done INT DEFAULT FALSE;
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END;
  START TRANSACTION;
  UPDATE patients SET ward = p_ward WHERE id = p_id;
  INSERT INTO moves (patient_id, ward, at) VALUES (p_id, p_ward, NOW());
  SELECT COUNT(*) INTO p_moves FROM moves WHERE patient_id = p_id;
  COMMIT;
END

--> mysql
--> guests reads id name room
SELECT id, name, room INTO OUTFILE '/tmp/guests.csv' FIELDS TERMINATED BY ',' FROM guests

--> mysql
--> imports writes name email
LOAD DATA LOCAL INFILE 'x.csv' IGNORE INTO TABLE imports CHARACTER SET utf8mb4 FIELDS TERMINATED BY ',' IGNORE 1 LINES (name, email)

--> mysql
--> docs reads id author body
SELECT id, author, MATCH(body) AGAINST (? IN BOOLEAN MODE) AS score FROM docs HAVING score > 0 ORDER BY score DESC

--> mysql
--> person reads id doc
SELECT p.id, j.city FROM person p, JSON_TABLE(p.doc, '$.addresses[*]' COLUMNS (city VARCHAR(40) PATH '$.city')) AS j

--> mysql
--> settings writes value name
REPLACE INTO settings SET name = ?, value = ?

--> mysql
--> wp_users reads ID user_email | user_registered
--> wp_usermeta reads meta_value | user_id meta_key
SELECT wp_users.ID, wp_users.user_email, m.meta_value FROM wp_users INNER JOIN wp_usermeta AS m ON ( wp_users.ID = m.user_id ) WHERE 1=1 AND ( m.meta_key = 'phone' ) ORDER BY user_registered DESC LIMIT 0, 20

--> sqlite
--> contact reads name phone | favourite
SELECT rowid, name, phone FROM main.contact INDEXED BY ix_fav WHERE favourite IS NOT 0 AND name GLOB 'A*'

--> sqlite
--> note writes title body id
INSERT OR REPLACE INTO note(id, title, body) VALUES(?1, ?2, ?3)

--> sqlite
--> history writes url visits
--> history reads visits
INSERT INTO history(url, visits) VALUES(?, 1) ON CONFLICT(url) DO UPDATE SET visits = visits + 1 RETURNING visits

--> sqlite
--> chat reads id sender text
WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n LIMIT 5) SELECT chat.id, sender, text FROM chat, n WHERE chat.id = n.i

--> postgresql
--> term reads label kind
SELECT CASE WHEN t.kind = 1 THEN 'open'::character varying WHEN t.kind = 2 THEN t.label::character varying(20) ELSE '2026-01-01'::timestamp without time zone::text END AS shown FROM term t

--> postgresql
--> holiday reads | day
CREATE OR REPLACE FUNCTION working_days(from_day date, to_day date) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  here date := from_day;
  weekday integer;
  free integer;
BEGIN
  WHILE here <= to_day LOOP
    SELECT INTO weekday CAST(extract(dow FROM here) AS integer);
    SELECT INTO STRICT free count(*) FROM holiday WHERE day = here;
    SELECT INTO here (here + interval '1 day');
  END LOOP;
  RETURN free;
END;
$$

--> mysql
--> score reads points bonus | pupil_id
SELECT SUM(s.points), IF(ISNULL(s.bonus), 0, s.bonus) INTO @points, @bonus FROM score s WHERE s.pupil_id = @pupil
