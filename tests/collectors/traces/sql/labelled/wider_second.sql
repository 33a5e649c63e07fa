--> postgresql
--> booking writes state | id guest_id
--> guest reads | id email
UPDATE booking SET state = 'cancelled' WHERE guest_id = (SELECT id FROM guest WHERE email = $1) AND id <> ALL ($2)

--> postgresql
--> member reads id name | member_id
--> dues reads amount | member_id year
SELECT m.id, m.name, COALESCE(d.total, 0) FROM member m LEFT JOIN (SELECT member_id, sum(amount) AS total FROM dues WHERE year = $1 GROUP BY member_id) d USING (member_id)

--> postgresql
--> api_token writes last_used | digest
--> api_token reads user_id
WITH t AS (UPDATE api_token SET last_used = now() WHERE digest = $1 RETURNING user_id) SELECT user_id FROM t

--> postgresql
--> person reads * | id
SELECT p.*, p.tableoid::regclass FROM person p WHERE p.id = 4

--> postgresql
--> log writes *
INSERT INTO log VALUES (DEFAULT, now(), 'x')

--> postgresql
--> mv_sales writes
REFRESH MATERIALIZED VIEW CONCURRENTLY mv_sales

--> postgresql
--> employee reads name salary dept
SELECT name, salary, rank() OVER (PARTITION BY dept ORDER BY salary DESC) FROM employee FETCH FIRST 3 ROWS ONLY

--> postgresql
--> users reads email | id
--> orders reads | user_id total
SELECT u.email FROM users u WHERE u.id IN (SELECT o.user_id FROM orders o GROUP BY o.user_id HAVING sum(o.total) > 100)

--> postgresql
--> event reads payload | kind
SELECT x.email FROM event e CROSS JOIN LATERAL jsonb_to_record(e.payload) AS x(email text) WHERE e.kind = 'signup'

--> postgresql
--> patient reads id name
--> visit reads | patient_id
SELECT p.id, p.name FROM patient p WHERE NOT EXISTS (SELECT FROM visit v WHERE v.patient_id = p.id)

--> postgresql
--> contact writes name phone | id
UPDATE contact SET (name, phone) = ($1, $2) WHERE id = $3

--> postgresql
--> inbox writes id body sender
--> staging reads body sender id
INSERT INTO inbox (id, body, sender) SELECT id, body, sender FROM staging ON CONFLICT (id) DO UPDATE SET body = EXCLUDED.body

--> mysql
--> customer reads id email | created
SELECT SQL_NO_CACHE id, email FROM customer PARTITION (p2026) WHERE created BETWEEN ? AND ? PROCEDURE ANALYSE()

--> mysql
--> account writes balance | id
--> transfer reads amount | account_id done
UPDATE account a INNER JOIN transfer t ON t.account_id = a.id SET a.balance = a.balance + t.amount WHERE t.done = 0

--> mysql
--> person reads name | id
--> address reads city | person_id
SELECT p.name, (SELECT a.city FROM address a WHERE a.person_id = p.id LIMIT 1) AS city FROM person p

--> mysql
--> ticket writes id owner state
INSERT INTO ticket SET owner = ?, state = 'new' ON DUPLICATE KEY UPDATE state = VALUES(state), id = LAST_INSERT_ID(id)

--> mysql
--> session writes | expires
DELETE QUICK FROM session WHERE expires < UNIX_TIMESTAMP() ORDER BY expires LIMIT 1000

--> mysql
--> orders reads id customer_id total
SELECT id, customer_id, total, SUM(total) OVER w AS running FROM orders WINDOW w AS (PARTITION BY customer_id ORDER BY id)

--> mysql
--> profile reads data | user_id
SELECT data->>'$.email', JSON_EXTRACT(data, '$.phone') FROM profile WHERE user_id = ?

--> mysql
--> pupil reads id surname
--> mark reads value
SELECT p.id, p.surname, GROUP_CONCAT(DISTINCT m.value ORDER BY m.value SEPARATOR ', ') FROM pupil p NATURAL LEFT JOIN mark m GROUP BY p.id

--> mssql
--> dbo.Employee reads EmployeeId FullName Salary | DepartmentId
--> dbo.Department reads Title | DepartmentId
WITH Ranked AS (SELECT e.EmployeeId, e.FullName, e.Salary, d.Title, DENSE_RANK() OVER (PARTITION BY d.Title ORDER BY e.Salary DESC) AS r FROM dbo.Employee e JOIN dbo.Department d ON d.DepartmentId = e.DepartmentId)
SELECT EmployeeId, FullName, Salary, Title FROM Ranked WHERE r <= 3

--> mssql
--> dbo.Inbox writes Done | Id
--> dbo.Inbox reads Id Payload
;WITH next AS (SELECT TOP (1) Id, Payload, Done FROM dbo.Inbox WITH (UPDLOCK, READPAST) WHERE Done = 0 ORDER BY Id)
UPDATE next SET Done = 1 OUTPUT inserted.Id, inserted.Payload

--> mssql
--> dbo.Person reads Id Name | Tags
SELECT p.Id, p.Name FROM dbo.Person p WHERE EXISTS (SELECT 1 FROM STRING_SPLIT(p.Tags, ',') s WHERE s.value = @tag)

--> mssql
--> dbo.Person reads Id Email Phone
SELECT (SELECT p.Id, p.Email, p.Phone FROM dbo.Person p FOR JSON PATH) AS doc

--> mssql
--> HumanResources.Employee reads BusinessEntityID JobTitle
--> Person.Person reads FirstName LastName | BusinessEntityID
SELECT e.BusinessEntityID, e.JobTitle, p.FirstName, p.LastName FROM HumanResources.Employee AS e INNER HASH JOIN Person.Person AS p ON p.BusinessEntityID = e.BusinessEntityID

--> mssql
--> dbo.Audit writes Who What
--> dbo.Customer writes | CustomerId
CREATE TRIGGER dbo.trg_customer ON dbo.Customer INSTEAD OF DELETE AS
BEGIN
    SET NOCOUNT ON;
    INSERT INTO dbo.Audit (Who, What) SELECT SUSER_SNAME(), CONCAT('deleted ', d.CustomerId) FROM deleted d;
    DELETE c FROM dbo.Customer c INNER JOIN deleted d ON d.CustomerId = c.CustomerId;
END

--> oracle
--> emp reads empno ename sal deptno
SELECT empno, ename, sal, RATIO_TO_REPORT(sal) OVER (PARTITION BY deptno) FROM emp

--> oracle
--> cust reads id email
SELECT /*+ FIRST_ROWS(10) */ c.id, c.email FROM cust c WHERE c.rowid = CHARTOROWID(:1) FOR UPDATE OF c.email NOWAIT

--> oracle
--> acct writes status | id
--> acct reads id
UPDATE acct SET status = 'X' WHERE id = :1 RETURNING id BULK COLLECT INTO :ids

--> oracle
--> dept_tree reads id name | parent_id
WITH dept_tree_q (id, name, lvl) AS (SELECT id, name, 1 FROM dept_tree WHERE parent_id IS NULL UNION ALL SELECT d.id, d.name, q.lvl + 1 FROM dept_tree d JOIN dept_tree_q q ON d.parent_id = q.id)
SEARCH BREADTH FIRST BY name SET seq SELECT id, name FROM dept_tree_q ORDER BY seq

--> oracle
--> person writes ssn | id
BEGIN UPDATE person SET ssn = NULL WHERE id = :1; :2 := SQL%ROWCOUNT; END;

--> snowflake
--> raw.people reads v
SELECT v:name::string, v['email']::string, GET_PATH(v, 'address.city') FROM raw.people

--> snowflake
--> fact_visit writes | visitor_id
--> gdpr_requests reads | visitor_id
DELETE FROM fact_visit USING gdpr_requests WHERE fact_visit.visitor_id = gdpr_requests.visitor_id

--> snowflake
--> orders reads customer_id amount month
SELECT * FROM (SELECT customer_id, amount, month FROM orders) UNPIVOT (x FOR y IN (amount)) 

--> bigquery
--> shop.events reads user_id event_timestamp
SELECT user_id, ARRAY_AGG(event_timestamp ORDER BY event_timestamp LIMIT 5) FROM shop.events GROUP BY 1 QUALIFY TRUE

--> bigquery
--> crm.contact writes email | id
UPDATE `crm.contact` c SET email = LOWER(email) WHERE TRUE AND c.id IS NOT NULL

--> bigquery
--> hr.staff reads name skills
SELECT s.name, skill FROM hr.staff s CROSS JOIN s.skills AS skill

--> redshift
--> sales reads seller_id price
SELECT seller_id, MEDIAN(price), APPROXIMATE COUNT(DISTINCT price) FROM sales GROUP BY seller_id

--> clickhouse
--> events reads user_id url | ts
SELECT user_id, groupArray(10)(url), uniqExact(user_id) FROM events WHERE ts >= toStartOfDay(now()) GROUP BY user_id HAVING count() > 2 ORDER BY count() DESC LIMIT 10 OFFSET 5

--> clickhouse
--> dict_src reads email id
SELECT dictGet('people', 'name', toUInt64(id)), email FROM dict_src WHERE id GLOBAL IN (SELECT number FROM numbers(10))

--> sqlite
--> person reads id name
SELECT id, name, (SELECT count(*) FROM person p2 WHERE p2.id < person.id) AS n FROM person

--> sqlite
--> fts_note reads title
SELECT title, snippet(fts_note, 0, '', '', '', 10) FROM fts_note WHERE fts_note MATCH 'a*'

--> cassandra
--> users reads name address | id
SELECT name, address.street, WRITETIME(name) FROM users WHERE token(id) > token(?)

--> db2
--> staff reads id name | job
SELECT id, name FROM staff WHERE job = ? FETCH NEXT 5 ROWS ONLY FOR UPDATE OF name

--> trino
--> web.visits reads ip at
SELECT approx_distinct(ip), date_trunc('day', at) FROM web.visits GROUP BY 2
