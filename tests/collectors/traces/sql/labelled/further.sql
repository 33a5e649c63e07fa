--> postgresql
--> customer reads id name | email
--> purchase reads total | customer_id placed_at
WITH big AS (SELECT p.customer_id, SUM(p.total) AS spent FROM purchase p WHERE p.placed_at >= $1 GROUP BY p.customer_id), ranked AS (SELECT b.customer_id, b.spent, RANK() OVER (ORDER BY b.spent DESC) AS r FROM big b) SELECT c.id, c.name, r.spent FROM customer c JOIN ranked r ON r.customer_id = c.id WHERE c.email LIKE $2 AND r.r <= 10

--> postgresql
--> users reads id email | id
--> roles reads name | id
--> users_roles reads | user_id role_id
SELECT u.id, u.email, array_agg(r.name) FROM users AS u LEFT JOIN users_roles AS ur ON ur.user_id = u.id LEFT JOIN roles AS r ON r.id = ur.role_id WHERE u.id = ANY($1::uuid[]) GROUP BY u.id, u.email

--> postgresql
--> app.leads writes status owner_id | id
--> app.agents reads id | load
UPDATE app.leads SET status = 'assigned', owner_id = (SELECT id FROM app.agents ORDER BY load LIMIT 1) WHERE id = $1

--> postgresql
--> device reads id serial owner_id | owner_id
--> owner reads email | id
SELECT d.id, d.serial, d.owner_id, (SELECT o.email FROM owner o WHERE o.id = d.owner_id) AS owner_email FROM device d WHERE d.owner_id IS NOT NULL

--> postgresql
--> pay.transfers writes src dst amount
--> pay.accounts writes balance | id
--> pay.accounts reads balance | id
CREATE OR REPLACE PROCEDURE pay.transfer(src bigint, dst bigint, amt numeric)
LANGUAGE plpgsql
AS $proc$
DECLARE
  have numeric;
BEGIN
  SELECT a.balance INTO STRICT have FROM pay.accounts a WHERE a.id = src FOR UPDATE;
  IF have < amt THEN
    RAISE EXCEPTION 'insufficient funds in %', src USING ERRCODE = 'P0001';
  ELSIF amt <= 0 THEN
    RAISE EXCEPTION 'amount must be positive';
  ELSE
    UPDATE pay.accounts SET balance = balance - amt WHERE id = src;
    UPDATE pay.accounts SET balance = balance + amt WHERE id = dst;
    INSERT INTO pay.transfers (src, dst, amount) VALUES (src, dst, amt);
  END IF;
  PERFORM pg_notify('transfers', src::text);
EXCEPTION
  WHEN no_data_found THEN
    RAISE NOTICE 'no account %', src;
END
$proc$

--> postgresql
--> member reads id email | birthday unsubscribed
--> birthday_mail writes member_id address queued_at
CREATE FUNCTION queue_birthdays() RETURNS integer AS $$
DECLARE
  m RECORD;
  n integer := 0;
BEGIN
  FOR m IN SELECT id, email FROM member WHERE to_char(birthday, 'MM-DD') = to_char(now(), 'MM-DD') AND NOT unsubscribed
  LOOP
    INSERT INTO birthday_mail (member_id, address, queued_at) VALUES (m.id, m.email, now());
    n := n + 1;
  END LOOP;
  RETURN n;
END;
$$ LANGUAGE plpgsql VOLATILE

--> postgresql
--> orders reads id | status
--> order_history writes order_id status noted_at
--> orders writes status | id
do $do$ declare o record; begin for o in (select id from orders where status = 'new') loop update orders set status = 'open' where id = o.id; insert into order_history(order_id, status, noted_at) values (o.id, 'open', now()); end loop; end; $do$

--> postgresql
--> transaction reads id amount currency | account_id booked_on
SELECT t.id, CASE WHEN t.currency = 'EUR' THEN t.amount ELSE 0 END FROM "transaction" t WHERE t.account_id = $1 AND t.booked_on BETWEEN $2 AND $3 ORDER BY t.booked_on

--> postgresql
--> contact reads id first_name last_name email | deleted company_id
SELECT "contact"."id" AS "contact_id", "contact"."first_name" AS "contact_first_name", "contact"."last_name", "contact"."email" FROM "contact" "contact" WHERE ( "contact"."company_id" = $1 AND "contact"."deleted" = $2 ) AND ( "contact"."email" ILIKE $3 ) LIMIT 25

--> postgresql
--> spree_orders reads id number email | completed_at
--> spree_line_items reads | order_id variant_id
SELECT DISTINCT "spree_orders"."id", "spree_orders"."number", "spree_orders"."email" FROM "spree_orders" INNER JOIN "spree_line_items" ON "spree_line_items"."order_id" = "spree_orders"."id" WHERE "spree_orders"."completed_at" IS NOT NULL AND "spree_line_items"."variant_id" = $1

--> postgresql
--> auth_user reads id username email is_staff | username
SELECT "auth_user"."id", "auth_user"."username", "auth_user"."email", "auth_user"."is_staff" FROM "auth_user" WHERE "auth_user"."username" = 'xxxxx' LIMIT 21 /*controller='login',framework='django%3A4.2',traceparent='00-5bd66ef5095369c7b0d1f8f4bd33716a-c532cb4098ac3dd2-01'*/

--> postgresql
--> products reads sku description price
--> products writes description
WITH upd AS (UPDATE products SET description = $1 RETURNING sku, description, price) SELECT * FROM upd

--> postgresql
--> invoices writes paid_at | id
--> invoices reads id total customer_id
UPDATE "invoices" SET "paid_at" = $1 WHERE "invoices"."id" IN ($2, $3, $4) RETURNING "id", "total", "customer_id"

--> postgresql
--> kv reads value | key expires
SELECT value FROM kv WHERE key = $1 AND (expires IS NULL OR expires > $2)

--> postgresql
--> public.film reads title rating | film_id
--> inventory reads | film_id inventory_id
--> rental reads rental_date | inventory_id customer_id
SELECT f.title, f.rating, r.rental_date FROM rental r INNER JOIN inventory i USING (inventory_id) INNER JOIN public.film f USING (film_id) WHERE r.customer_id = 7

--> mysql
--> wp_options reads option_name option_value | autoload
SELECT option_name, option_value FROM wp_options WHERE autoload = 'yes'

--> mysql
--> sales_flat_order reads entity_id customer_email customer_firstname | status created_at
SELECT `main_table`.`entity_id`, `main_table`.`customer_email`, `main_table`.`customer_firstname` FROM `sales_flat_order` AS `main_table` WHERE (`status` = 'pending') AND (`created_at` >= '2024-01-01 00:00:00') ORDER BY `main_table`.`created_at` DESC

--> mysql
--> users writes password_digest reset_token updated_at | id
UPDATE `users` SET `users`.`password_digest` = 'xxxxx', `users`.`reset_token` = NULL, `users`.`updated_at` = '2024-01-01 00:00:00.000000' WHERE `users`.`id` = 1

--> mysql
--> tickets reads id subject body requester_email | assignee_id state
select t1_0.id,t1_0.body,t1_0.requester_email,t1_0.subject from tickets t1_0 where t1_0.assignee_id=? and t1_0.state in (?,?,?) order by t1_0.id desc limit ?,?

--> mysql
--> coupon_use writes user_id coupon_id used_at
--> user reads id | email
--> coupon reads id | code
INSERT INTO coupon_use (user_id, coupon_id, used_at) SELECT u.id, c.id, NOW() FROM user u CROSS JOIN coupon c WHERE u.email = ? AND c.code = ?

--> mysql
--> guest reads guest_id full_name passport_no | checked_out
--> stay reads nights rate | guest_id departure
--> guest_archive writes guest_id full_name passport_no nights paid
--> guest writes passport_no | guest_id
--> archive_log writes run_at rows_moved
CREATE PROCEDURE archive_guests(IN cutoff DATE)
BEGIN
  DECLARE finished INT DEFAULT 0;
  DECLARE g_id, moved INT DEFAULT 0;
  DECLARE g_name, g_passport VARCHAR(100);
  DECLARE g_nights INT;
  DECLARE g_paid DECIMAL(10,2);
  DECLARE guests CURSOR FOR
    SELECT guest_id, full_name, passport_no FROM guest WHERE checked_out < cutoff;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET finished = 1;
  OPEN guests;
  each_guest: LOOP
    FETCH guests INTO g_id, g_name, g_passport;
    IF finished = 1 THEN LEAVE each_guest; END IF;
    SELECT SUM(s.nights), SUM(s.nights * s.rate) INTO g_nights, g_paid FROM stay s WHERE s.guest_id = g_id AND s.departure < cutoff;
    INSERT INTO guest_archive (guest_id, full_name, passport_no, nights, paid) VALUES (g_id, g_name, g_passport, g_nights, g_paid);
    UPDATE guest SET passport_no = NULL WHERE guest_id = g_id;
    SET moved = moved + 1;
  END LOOP each_guest;
  CLOSE guests;
  INSERT INTO archive_log (run_at, rows_moved) VALUES (NOW(), moved);
END

--> mysql
--> t_user reads user_id mobile id_card | dept_id
--> sys_dept reads dept_name | dept_id
select u.user_id, u.mobile, u.id_card, d.dept_name from t_user u left join sys_dept d on u.dept_id = d.dept_id where u.dept_id = ?

--> mysql
--> session_store writes | expires
delete from `session_store` where `expires` <= ?

--> mysql
--> employees reads first_name last_name salary | emp_no
--> dept_emp reads | emp_no dept_no
SELECT e.first_name, e.last_name, e.salary FROM employees e WHERE e.emp_no IN (SELECT de.emp_no FROM dept_emp de WHERE de.dept_no = 'd005') AND e.salary > (SELECT AVG(e2.salary) FROM employees e2)

--> mysql
DESCRIBE users

--> mysql
SELECT 1; SELECT DATABASE(); SET autocommit=1

--> mssql
--> person.person reads firstname lastname | businessentityid
--> person.emailaddress reads emailaddress | businessentityid
SELECT p.FirstName, p.LastName, e.EmailAddress FROM Person.Person AS p INNER JOIN Person.EmailAddress AS e ON e.BusinessEntityID = p.BusinessEntityID WHERE p.BusinessEntityID = @BusinessEntityID

--> mssql
--> hangfire.job reads id invocationdata arguments | id
SELECT TOP (1) j.InvocationData, j.Arguments, j.Id FROM [HangFire].Job j WITH (readcommittedlock, forceseek) WHERE j.Id = @id

--> mssql
--> aspnetusers reads id email phonenumber passwordhash | normalizedusername
SELECT TOP(2) [a].[Id], [a].[Email], [a].[PhoneNumber], [a].[PasswordHash] FROM [AspNetUsers] AS [a] WHERE [a].[NormalizedUserName] = @__normalizedUserName_0

--> mssql
--> orderitems writes quantity | id
--> orders writes modified | id
SET NOCOUNT ON;
UPDATE [OrderItems] SET [Quantity] = @p0
WHERE [Id] = @p1;
SELECT @@ROWCOUNT;
UPDATE [Orders] SET [Modified] = @p2
WHERE [Id] = @p3;
SELECT @@ROWCOUNT;

--> mssql
--> dbo.policy reads policyid holdername premium | expirydate status
--> dbo.claim reads amount | policyid closedat
--> dbo.renewal writes policyid newpremium createdat createdby
--> dbo.policy writes status lastreviewed | policyid
--> dbo.renewalerror writes policyid errornumber errormessage
CREATE OR ALTER PROC dbo.RenewPolicies
    @AsOf date,
    @User sysname
WITH RECOMPILE
AS
BEGIN
    SET NOCOUNT ON

    DECLARE @pid int, @holder nvarchar(200), @premium money, @claims money

    DECLARE policies CURSOR FAST_FORWARD FOR
        SELECT p.PolicyId, p.HolderName, p.Premium
        FROM dbo.Policy p
        WHERE p.ExpiryDate <= @AsOf
          AND p.Status = 'active'

    OPEN policies
    FETCH NEXT FROM policies INTO @pid, @holder, @premium

    WHILE @@FETCH_STATUS = 0
    BEGIN
        SET @claims = (SELECT SUM(c.Amount) FROM dbo.Claim c WHERE c.PolicyId = @pid AND c.ClosedAt IS NOT NULL)

        IF @claims > @premium
            SET @premium = @premium * 1.2
        ELSE IF @claims IS NULL
            SET @premium = @premium * 0.95

        BEGIN TRY
            INSERT INTO dbo.Renewal (PolicyId, NewPremium, CreatedAt, CreatedBy)
            VALUES (@pid, @premium, SYSUTCDATETIME(), @User)

            UPDATE dbo.Policy
               SET Status = 'renewed',
                   LastReviewed = @AsOf
             WHERE PolicyId = @pid
        END TRY
        BEGIN CATCH
            INSERT INTO dbo.RenewalError (PolicyId, ErrorNumber, ErrorMessage)
            SELECT @pid, ERROR_NUMBER(), ERROR_MESSAGE()
        END CATCH

        FETCH NEXT FROM policies INTO @pid, @holder, @premium
    END

    CLOSE policies
    DEALLOCATE policies
END

--> mssql
--> dbo.invoices reads invoiceid total | paidon customerid
SELECT InvoiceId, Total INTO #recent FROM dbo.Invoices WHERE CustomerId = @c AND PaidOn IS NULL
SELECT r.InvoiceId FROM #recent r ORDER BY r.Total
DROP TABLE #recent

--> mssql
--> staff.employee reads id name | managerid
--> staff.phone reads number | employeeid kind
SELECT e.Id, e.Name, p.Number FROM Staff.Employee e LEFT OUTER JOIN Staff.Phone p ON p.EmployeeId = e.Id AND p.Kind = 'home' WHERE e.ManagerId = @p0 ORDER BY e.Name OPTION (FAST 10)

--> mssql
--> visits reads id |
--> visits writes patientid clinicid at note
DECLARE @t TABLE (Id int); INSERT INTO Visits (PatientId, ClinicId, At, Note) OUTPUT inserted.Id INTO @t VALUES (@p0, @p1, @p2, @p3); SELECT Id FROM @t;

--> oracle
--> patients reads patient_id surname | ward_id nhs_no
--> wards reads ward_name | ward_id
SELECT p.patient_id, p.surname, w.ward_name FROM patients p, wards w WHERE p.ward_id = w.ward_id (+) AND p.nhs_no = :b1

--> oracle
--> bank.account reads id iban | branch
--> bank.statement_line reads amount | account_id booked
--> bank.monthly_statement writes account_id iban total month
--> bank.run_log writes started finished rows_done
CREATE OR REPLACE PROCEDURE bank.make_statements (p_branch IN VARCHAR2, p_month IN DATE) AUTHID DEFINER
AS
  CURSOR accounts_cur (c_branch VARCHAR2) IS
    SELECT a.id, a.iban
      FROM bank.account a
     WHERE a.branch = c_branch;
  r_account accounts_cur%ROWTYPE;
  l_total   NUMBER(18, 2);
  l_rows    PLS_INTEGER := 0;
  l_started TIMESTAMP := SYSTIMESTAMP;
BEGIN
  OPEN accounts_cur(p_branch);
  LOOP
    FETCH accounts_cur INTO r_account;
    EXIT WHEN accounts_cur%NOTFOUND;

    SELECT NVL(SUM(s.amount), 0)
      INTO l_total
      FROM bank.statement_line s
     WHERE s.account_id = r_account.id
       AND s.booked BETWEEN TRUNC(p_month, 'MM') AND LAST_DAY(p_month);

    INSERT INTO bank.monthly_statement (account_id, iban, total, month)
    VALUES (r_account.id, r_account.iban, l_total, p_month);

    l_rows := l_rows + SQL%ROWCOUNT;
    IF MOD(l_rows, 1000) = 0 THEN
      COMMIT;
    END IF;
  END LOOP;
  CLOSE accounts_cur;

  INSERT INTO bank.run_log (started, finished, rows_done) VALUES (l_started, SYSTIMESTAMP, l_rows);
  COMMIT;
EXCEPTION
  WHEN OTHERS THEN
    IF accounts_cur%ISOPEN THEN
      CLOSE accounts_cur;
    END IF;
    DBMS_OUTPUT.PUT_LINE('failed: ' || SQLERRM);
    ROLLBACK;
    RAISE;
END make_statements;

--> oracle
--> tokens writes token expires | user_id
UPDATE tokens t SET t.token = :1, t.expires = SYSDATE + INTERVAL '1' DAY WHERE t.user_id = :2

--> oracle
--> tmp_ids writes id
--> members reads id | joined
INSERT /*+ APPEND */ INTO tmp_ids (id) SELECT id FROM members WHERE joined < ADD_MONTHS(SYSDATE, -24)

--> oracle
SELECT SYS_CONTEXT('USERENV', 'SESSION_USER') FROM DUAL

--> oracle
--> customer reads c_id c_name | c_nation
SELECT /* app=billing */ * FROM (SELECT c_id, c_name, ROW_NUMBER() OVER (ORDER BY c_id) rn FROM customer WHERE c_nation = :n) WHERE rn BETWEEN 1 AND 20

--> sqlite
--> places reads id url title | visit_count
--> bookmarks reads | fk
SELECT p.id, p.url, p.title FROM places p WHERE p.visit_count > 3 AND EXISTS (SELECT b.fk FROM bookmarks b WHERE b.fk = p.id)

--> sqlite
--> cache writes key value expires
REPLACE INTO "cache" ("key", "value", "expires") VALUES (?, ?, ?)

--> snowflake
--> prod.core.dim_user writes email full_name loaded_at user_id
--> prod.stage.user_raw reads v
MERGE INTO prod.core.dim_user AS d USING (SELECT v:id::number AS user_id, v:email::string AS email, v:name::string AS full_name FROM prod.stage.user_raw) AS s ON d.user_id = s.user_id WHEN MATCHED THEN UPDATE SET d.email = s.email, d.full_name = s.full_name, d.loaded_at = CURRENT_TIMESTAMP WHEN NOT MATCHED THEN INSERT (user_id, email, full_name, loaded_at) VALUES (s.user_id, s.email, s.full_name, CURRENT_TIMESTAMP)

--> snowflake
--> analytics.orders reads order_id amount | status customer_id
--> analytics.customers reads country | customer_id
/* {"app": "dbt", "node_id": "model.x"} */ create or replace temporary table analytics.orders__dbt_tmp as (with src as (select order_id, amount, customer_id from analytics.orders where status = 'done') select s.order_id, s.amount, c.country from src s left join analytics.customers c on c.customer_id = s.customer_id)

--> snowflake
PUT file:///tmp/data.csv @my_stage AUTO_COMPRESS = TRUE

--> snowflake
--> web.clicks reads user_id url
SELECT user_id, LISTAGG(url, ',') WITHIN GROUP (ORDER BY url) FROM web.clicks GROUP BY ALL

--> bigquery
--> shop.web.sessions reads session_id hits |
SELECT session_id, h.page FROM `shop.web.sessions` s CROSS JOIN UNNEST(s.hits) AS h

--> bigquery
--> ds.people reads name ssn | dob
SELECT AS STRUCT name, ssn FROM ds.people WHERE dob < DATE '2000-01-01'

--> bigquery
--> ds.a reads id x
--> ds.b reads id x
SELECT id, x FROM ds.a UNION DISTINCT SELECT id, x FROM ds.b

--> bigquery
--> ds.users writes email
UPDATE `ds.users` u SET u.email = NULL WHERE TRUE

--> redshift
--> public.users reads userid email | city
--> event.sales reads pricepaid | buyerid
SELECT u.userid, u.email, SUM(s.pricepaid) OVER (PARTITION BY u.userid) FROM public.users u JOIN event.sales s ON s.buyerid = u.userid WHERE u.city = 'X'

--> redshift
--> dw.fact writes
DROP TABLE IF EXISTS dw.fact CASCADE

--> cassandra
--> chat.messages reads body author sent_at | room_id
SELECT body, author, sent_at FROM chat.messages WHERE room_id = ? ORDER BY sent_at DESC LIMIT 50

--> cassandra
--> chat.rooms writes members last_at | room_id
UPDATE chat.rooms SET members = members + ?, last_at = toTimestamp(now()) WHERE room_id = ?

--> cassandra
--> shop.stock writes amount | sku
UPDATE shop.stock SET amount = ? WHERE sku = ? IF amount = ?

--> clickhouse
--> analytics.pageviews reads path visitor_id | site_id ts
SELECT path, uniqExact(visitor_id) AS visitors FROM analytics.pageviews WHERE site_id = {site:UInt32} AND ts >= toStartOfDay(now()) GROUP BY path ORDER BY visitors DESC LIMIT 10

--> clickhouse
--> billing.usage writes tenant bytes at
INSERT INTO billing.usage (tenant, bytes, at) VALUES

--> trino
--> iceberg.dw.orders reads order_id customer_email | dt
SELECT order_id, customer_email FROM iceberg.dw.orders WHERE dt = date_format(current_date, '%Y-%m-%d')

--> db2
--> payroll.emp reads empno salary | workdept
SELECT E.EMPNO, E.SALARY FROM PAYROLL.EMP E WHERE E.WORKDEPT = ? OPTIMIZE FOR 10 ROWS FOR FETCH ONLY

--> postgresql
--> customers reads id email | phone
SELECT id, email FROM customers WHERE phone = '+46 70 123 45 67' -- find by phone
;

--> postgresql
--> users reads email | id
--> bookings reads room | guest_id starts ends
SELECT b.room, u.email FROM bookings b JOIN users u ON u.id = b.guest_id WHERE (b.starts, b.ends) OVERLAPS ($1, $2)

--> postgresql
--> ledger reads account amount
SELECT account, SUM(amount) FROM ledger GROUP BY GROUPING SETS ((account), ()) HAVING SUM(amount) <> 0

--> other_sql
--> ORDERS reads ORDER_ID TOTAL | CUST_ID
SELECT O.ORDER_ID, O.TOTAL FROM ORDERS O WHERE O.CUST_ID = ?
