--> postgresql
--> users reads | email
SELECT 1 AS one FROM "users" WHERE "users"."email" = $1 LIMIT $2

--> postgresql
--> blog_entry reads | author_id blog_id
SELECT COUNT(*) FROM (SELECT DISTINCT "blog_entry"."author_id" AS "col1" FROM "blog_entry" WHERE "blog_entry"."blog_id" = %s) subquery

--> postgresql
--> customers writes tier | id
UPDATE customers AS c SET tier = v.tier FROM (VALUES (?, ?), (?, ?)) AS v (id, tier) WHERE c.id = v.id

--> postgresql
--> addresses writes customer_id street city
--> addresses reads id
INSERT INTO addresses (customer_id, street, city) SELECT p0::INTEGER, p1::VARCHAR, p2::VARCHAR FROM (VALUES (%(customer_id__0)s, %(street__0)s, %(city__0)s, 0), (%(customer_id__1)s, %(street__1)s, %(city__1)s, 1)) AS imp_sen(p0, p1, p2, sen_counter) ORDER BY sen_counter RETURNING addresses.id, addresses.id AS id__1

--> postgresql
--> employee writes salary | id
--> raise_plan reads amount | employee_id approved
WITH approved AS (SELECT employee_id, amount FROM raise_plan WHERE approved) UPDATE employee e SET salary = e.salary + a.amount FROM approved a WHERE a.employee_id = e.id

--> postgresql
--> cart_items writes | cart_id
--> carts reads | id updated_at
WITH stale AS (SELECT id FROM carts WHERE updated_at < now() - interval '90 days') DELETE FROM cart_items WHERE cart_id IN (SELECT id FROM stale)

--> postgresql
--> orders reads data
SELECT x.sku, x.qty FROM orders o, jsonb_to_recordset(o.data->'lines') AS x(sku text, qty int)

--> postgresql
--> payroll reads employee_id gross paid_on
SELECT employee_id, sum(gross) OVER (PARTITION BY employee_id ORDER BY paid_on ROWS BETWEEN 11 PRECEDING AND CURRENT ROW) FROM payroll

--> postgresql
--> account_history writes account_id old_email new_email at
CREATE OR REPLACE FUNCTION keep_history() RETURNS TRIGGER LANGUAGE plpgsql SECURITY DEFINER AS $fn$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.email IS DISTINCT FROM OLD.email THEN
    INSERT INTO account_history (account_id, old_email, new_email, at) VALUES (OLD.id, OLD.email, NEW.email, now());
  END IF;
  RETURN NEW;
END
$fn$

--> postgresql
--> patient reads id name dob | clinic_id
--> visit reads note | patient_id at
--> export_row writes patient_id name dob last_note
CREATE OR REPLACE FUNCTION export_clinic(p_clinic int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    cur CURSOR FOR SELECT p.id, p.name, p.dob FROM patient p WHERE p.clinic_id = p_clinic;
    rec RECORD;
    last_note text;
BEGIN
    OPEN cur;
    LOOP
        FETCH cur INTO rec;
        EXIT WHEN NOT FOUND;
        SELECT v.note INTO last_note FROM visit v WHERE v.patient_id = rec.id ORDER BY v.at DESC LIMIT 1;
        INSERT INTO export_row (patient_id, name, dob, last_note) VALUES (rec.id, rec.name, rec.dob, last_note);
    END LOOP;
    CLOSE cur;
END;
$$

--> postgresql
--> log_archive writes id body
--> log reads id body | at
--> log writes | at
CREATE PROCEDURE archive_logs() AS $$
DECLARE
  cutoff timestamptz := now() - interval '1 year';
  moved bigint;
BEGIN
  WITH gone AS (
    DELETE FROM log WHERE at < cutoff RETURNING id, body
  )
  INSERT INTO log_archive (id, body) SELECT id, body FROM gone;
  GET DIAGNOSTICS moved = ROW_COUNT;
  RAISE NOTICE '% rows', moved;
  EXECUTE format('VACUUM %I', 'log');
END $$ LANGUAGE plpgsql

--> mysql
--> account reads balance | id
CREATE FUNCTION balance_of(p_id INT) RETURNS DECIMAL(10,2) READS SQL DATA
BEGIN
  DECLARE b DECIMAL(10,2);
  SELECT balance INTO b FROM account WHERE id = p_id;
  RETURN IFNULL(b, 0);
END

--> mysql
--> users reads id name | team_id
--> teams reads title | id
SELECT u.id, u.name, t.title FROM (SELECT id, name, team_id FROM users WHERE team_id IS NOT NULL) AS u JOIN teams t ON t.id = u.team_id

--> mysql
--> orders reads doc
SELECT jt.sku, jt.qty FROM orders o, JSON_TABLE(o.doc, '$.lines[*]' COLUMNS (sku VARCHAR(20) PATH '$.sku', qty INT PATH '$.qty')) AS jt

--> mysql
--> orders reads id total
SELECT /*+ MAX_EXECUTION_TIME(1000) */ SQL_NO_CACHE `orders`.`id`, `orders`.`total` FROM `orders`

--> mysql
--> node writes parent_id | id
--> node reads id
UPDATE node SET parent_id = (SELECT x.id FROM (SELECT id FROM node LIMIT 1) x) WHERE id = 9

--> mysql
--> invoices writes number customer_id total
--> orders reads customer_id total | id
--> invoices reads | order_id
INSERT INTO invoices (number, customer_id, total) SELECT UUID(), o.customer_id, o.total FROM orders o WHERE o.id = ? AND NOT EXISTS (SELECT 1 FROM invoices i WHERE i.order_id = o.id)

--> mysql
--> order_line writes | order_id
--> customer reads id email | id
delete from `order_line` where `order_id` = ?; select `id`, `email` from `customer` where `id` = ?

--> mssql
--> sales.orders reads id
--> sales.orderlines reads sku | orderid
SELECT o.Id, STUFF((SELECT ',' + l.Sku FROM Sales.OrderLines l WHERE l.OrderId = o.Id FOR XML PATH('')), 1, 1, '') AS Skus FROM Sales.Orders o

--> mssql
--> users reads id name email |
SELECT [u].[Id], [u].[Name], [u].[Email] FROM [Users] AS [u] WHERE [u].[Id] IN (SELECT [i].[value] FROM OPENJSON(@__ids_0) WITH ([value] int '$') AS [i])

--> mssql
--> stock reads warehouse qty sku
WITH ranked AS (SELECT Sku, Warehouse, Qty, ROW_NUMBER() OVER (PARTITION BY Sku ORDER BY Qty DESC) AS rn FROM Stock) SELECT Sku, Warehouse, Qty FROM ranked WHERE rn = 1;

--> mssql
--> dbo.patient reads patientid lastname dateofbirth | mrn
--> dbo.admission reads admissionid ward | patientid dischargedat
--> dbo.bed writes patientid status | bedid
--> dbo.admission writes patientid bedid ward admittedat
--> dbo.auditlog writes eventtype patientid username eventtime
--> dbo.bed reads bedid | ward status
CREATE PROCEDURE dbo.usp_AdmitPatient
  @Mrn varchar(20), @Ward varchar(10), @UserName sysname, @AdmissionId int OUTPUT
AS
BEGIN
  SET NOCOUNT ON;
  DECLARE @PatientId int, @BedId int, @LastName nvarchar(100), @Dob date;

  SELECT @PatientId = p.PatientId, @LastName = p.LastName, @Dob = p.DateOfBirth
  FROM dbo.Patient p
  WHERE p.Mrn = @Mrn;

  IF @PatientId IS NULL
  BEGIN
    RAISERROR('No such patient', 16, 1);
    RETURN;
  END

  IF EXISTS (SELECT 1 FROM dbo.Admission a WHERE a.PatientId = @PatientId AND a.DischargedAt IS NULL)
  BEGIN
    SELECT a.AdmissionId, a.Ward FROM dbo.Admission a WHERE a.PatientId = @PatientId AND a.DischargedAt IS NULL;
    RETURN;
  END

  BEGIN TRAN;
  SELECT TOP (1) @BedId = b.BedId FROM dbo.Bed b WITH (UPDLOCK, READPAST) WHERE b.Ward = @Ward AND b.Status = 'free' ORDER BY b.BedId;
  UPDATE dbo.Bed SET PatientId = @PatientId, Status = 'taken' WHERE BedId = @BedId;
  INSERT INTO dbo.Admission (PatientId, BedId, Ward, AdmittedAt) VALUES (@PatientId, @BedId, @Ward, SYSDATETIME());
  SET @AdmissionId = SCOPE_IDENTITY();
  INSERT INTO dbo.AuditLog (EventType, PatientId, UserName, EventTime) SELECT 'admit', @PatientId, @UserName, SYSDATETIME();
  COMMIT TRAN;
END

--> mssql
--> customers reads customerid email | region
--> orders reads total customerid | placedat
--> campaigntargets writes customerid email spent
DECLARE @since datetime = DATEADD(month, -6, GETDATE());
IF OBJECT_ID('tempdb..#spend') IS NOT NULL DROP TABLE #spend;
SELECT o.CustomerId, SUM(o.Total) AS Spent INTO #spend FROM dbo.Orders o WHERE o.PlacedAt > @since GROUP BY o.CustomerId HAVING SUM(o.Total) > 1000;
CREATE INDEX ix ON #spend (CustomerId);
INSERT dbo.CampaignTargets (CustomerId, Email, Spent)
SELECT c.CustomerId, c.Email, s.Spent
FROM dbo.Customers c INNER JOIN #spend s ON s.CustomerId = c.CustomerId
WHERE c.Region = N'EU';
SELECT @@ROWCOUNT AS Targeted;

--> mssql
--> tickets writes state closedat | id
--> tickets reads id email
UPDATE t SET State = 3, ClosedAt = SYSUTCDATETIME() OUTPUT inserted.Id, inserted.Email FROM dbo.Tickets AS t WHERE t.Id = @id

--> mssql
--> dbo.t reads a b
--> dbo.x reads c | a
DECLARE @sql nvarchar(max)
SET @sql = N'SELECT t.a, t.b, x.c FROM dbo.t t JOIN dbo.x x ON x.a = t.a'
EXEC sp_executesql @sql

--> oracle
--> subscriptions writes customer_id email
--> customers reads id email
MERGE INTO subscriptions s USING (SELECT c.id, c.email FROM customers c) c ON (s.customer_id = c.id) WHEN NOT MATCHED THEN INSERT (customer_id, email) VALUES (c.id, c.email)

--> oracle
--> settings writes val name
MERGE INTO settings t USING (SELECT :1 AS name, :2 AS val FROM dual) s ON (t.name = s.name) WHEN MATCHED THEN UPDATE SET t.val = s.val WHEN NOT MATCHED THEN INSERT (name, val) VALUES (s.name, s.val)

--> oracle
--> purchase_order reads po
SELECT x.sku FROM purchase_order p, XMLTABLE('/po/line' PASSING p.po COLUMNS sku VARCHAR2(20) PATH 'sku') x

--> oracle
--> loans reads id borrower_id principal | status
--> borrowers reads email | id
--> reminders writes loan_id email sent
--> loans writes last_reminder | id
CREATE OR REPLACE PACKAGE BODY loan_jobs IS
  g_batch CONSTANT PLS_INTEGER := 100;

  PROCEDURE remind(p_loan IN loans.id%TYPE, p_email IN VARCHAR2) IS
    PRAGMA AUTONOMOUS_TRANSACTION;
  BEGIN
    INSERT INTO reminders (loan_id, email, sent) VALUES (p_loan, p_email, SYSTIMESTAMP);
    UPDATE loans SET last_reminder = SYSDATE WHERE id = p_loan;
    COMMIT;
  END remind;

  PROCEDURE run IS
    l_email borrowers.email%TYPE;
  BEGIN
    <<each_loan>>
    FOR r IN (SELECT l.id, l.borrower_id, l.principal FROM loans l WHERE l.status = 'LATE')
    LOOP
      CASE
        WHEN r.principal > 1000 THEN
          SELECT b.email INTO l_email FROM borrowers b WHERE b.id = r.borrower_id;
          remind(r.id, l_email);
        ELSE
          NULL;
      END CASE;
    END LOOP each_loan;
  EXCEPTION
    WHEN NO_DATA_FOUND THEN NULL;
  END run;
END loan_jobs;

--> oracle
--> orders writes status | id
--> orders reads id | status
--> order_cache writes
DECLARE
  TYPE id_list IS TABLE OF orders.id%TYPE INDEX BY PLS_INTEGER;
  ids id_list;
BEGIN
  SELECT id BULK COLLECT INTO ids FROM orders WHERE status = 'OLD';
  FORALL i IN ids.FIRST .. ids.LAST
    UPDATE orders SET status = 'GONE' WHERE id = ids(i);
  EXECUTE IMMEDIATE 'TRUNCATE TABLE order_cache';
END;

--> oracle
--> hr.emp reads ename sal
SELECT ename, sal, RATIO_TO_REPORT(sal) OVER () FROM hr.emp

--> oracle
--> audit_log writes actor action at
CREATE OR REPLACE TRIGGER trg_emp AFTER INSERT OR UPDATE OF salary OR DELETE ON employees FOR EACH ROW
DECLARE
  v_action VARCHAR2(10);
BEGIN
  IF INSERTING THEN v_action := 'I'; ELSIF UPDATING THEN v_action := 'U'; ELSE v_action := 'D'; END IF;
  INSERT INTO audit_log (actor, action, at) VALUES (USER, v_action, SYSDATE);
END;

--> snowflake
--> orders reads customer_id amount
--> customers writes lifetime_value | id
EXECUTE IMMEDIATE $$
DECLARE
  res RESULTSET DEFAULT (SELECT customer_id, SUM(amount) AS s FROM orders GROUP BY customer_id);
  cur CURSOR FOR res;
BEGIN
  FOR r IN cur DO
    UPDATE customers SET lifetime_value = :s WHERE id = :c;
  END FOR;
END;
$$

--> bigquery
--> ds.users reads id email | country
--> ds.mail_queue writes user_id email
BEGIN
  DECLARE n INT64 DEFAULT 0;
  FOR u IN (SELECT id, email FROM ds.users WHERE country = 'DE')
  DO
    INSERT INTO ds.mail_queue (user_id, email) VALUES (u.id, u.email);
    SET n = n + 1;
  END FOR;
END

--> bigquery
--> p.d.visits reads visitor pages
SELECT visitor, ARRAY(SELECT DISTINCT x FROM UNNEST(pages) x) FROM p.d.visits

--> bigquery
--> p.d.logs reads json ts
SELECT JSON_VALUE(json, '$.user.email') AS email, TIMESTAMP_TRUNC(ts, DAY) FROM `p`.`d`.`logs`

--> redshift
--> stage.users reads id email
--> dw.users writes id email | id
--> dw.users writes id email | id
BEGIN TRANSACTION; DELETE FROM dw.users USING stage.users WHERE dw.users.id = stage.users.id; INSERT INTO dw.users (id, email) SELECT id, email FROM stage.users; END TRANSACTION;

--> redshift
--> sales reads buyer amount | sold_at
--> buyer_totals writes buyer total
CREATE OR REPLACE PROCEDURE load_totals(since date) AS $$
BEGIN
  TRUNCATE buyer_totals;
  INSERT INTO buyer_totals (buyer, total) SELECT buyer, SUM(amount) FROM sales WHERE sold_at >= since GROUP BY buyer;
END;
$$ LANGUAGE plpgsql

--> db2
--> emp reads empno salary | dept
--> emp writes salary | empno
CREATE OR REPLACE PROCEDURE raise_all (IN p_dept CHAR(3), OUT p_n INTEGER)
LANGUAGE SQL
BEGIN
  DECLARE v_no CHAR(6);
  DECLARE v_sal DECIMAL(9,2);
  DECLARE at_end INT DEFAULT 0;
  DECLARE c1 CURSOR FOR SELECT empno, salary FROM emp WHERE dept = p_dept;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET at_end = 1;
  SET p_n = 0;
  OPEN c1;
  FETCH c1 INTO v_no, v_sal;
  WHILE at_end = 0 DO
    UPDATE emp SET salary = v_sal * 1.02 WHERE empno = v_no;
    SET p_n = p_n + 1;
    FETCH c1 INTO v_no, v_sal;
  END WHILE;
  CLOSE c1;
END

--> clickhouse
--> web.hits reads url user_id | date
--> web.users reads country | id
SELECT u.country, count(), uniq(h.user_id), any(h.url) FROM web.hits AS h GLOBAL INNER JOIN web.users AS u ON u.id = h.user_id WHERE h.date = yesterday() GROUP BY u.country WITH TOTALS

--> clickhouse
--> mart.daily writes *
--> raw.events reads day user_id
INSERT INTO mart.daily SELECT day, uniq(user_id) FROM raw.events GROUP BY day

--> trino
--> tpch.orders reads orderkey totalprice | custkey
--> tpch.customer reads name | custkey nationkey
SELECT c.name, o.orderkey, o.totalprice FROM tpch.orders o JOIN tpch.customer c ON o.custkey = c.custkey WHERE c.nationkey = 7

--> cassandra
--> users_by_id writes email name | id
--> users_by_email writes | email
BEGIN UNLOGGED BATCH
UPDATE users_by_id SET email = ?, name = ? WHERE id = ?;
DELETE FROM users_by_email WHERE email = ?;
APPLY BATCH;

--> sqlite
--> visits reads url | id
--> sources reads title | visit
SELECT v.url, s.title FROM visits v LEFT JOIN sources s ON s.visit = v.id WHERE v.id > ?1 AND v.id <= ?2 GROUP BY v.url HAVING count(*) > 1

--> mssql
--> students reads | studentid grade
--> students writes
WITH numbered AS (SELECT StudentId, Grade, ROW_NUMBER() OVER (PARTITION BY StudentId ORDER BY Grade DESC) AS rn FROM dbo.Students) DELETE FROM numbered WHERE rn > 1

--> mssql
--> members reads | joined id
--> members writes status
WITH old AS (SELECT Id, Status FROM dbo.Members WHERE Joined < '2010-01-01') UPDATE old SET Status = 'legacy'

--> mysql
--> users reads id email
CREATE TEMPORARY TABLE tmp SELECT id, email FROM users; SELECT email FROM tmp

--> snowflake
--> a writes *
--> b reads *
CREATE TABLE a CLONE b

--> cassandra
--> ks.t writes m b | id
DELETE m['k'], b FROM ks.t WHERE id = ?
