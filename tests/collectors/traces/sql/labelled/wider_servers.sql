--> mssql
--> Sales.Invoice reads InvoiceId CustomerId Total | DueDate Paid
--> Sales.Customer reads Email FullName | CustomerId
SELECT TOP (100) WITH TIES i.InvoiceId, i.CustomerId, i.Total, c.Email, c.FullName
FROM Sales.Invoice AS i WITH (NOLOCK, INDEX(IX_Invoice_Due))
INNER JOIN Sales.Customer AS c ON c.CustomerId = i.CustomerId
WHERE i.Paid = 0 AND i.DueDate < SYSUTCDATETIME()
ORDER BY i.DueDate DESC
OPTION (RECOMPILE, MAXDOP 1)

--> mssql
--> dbo.Member reads MemberId Phone | ClubId
--> dbo.Visit reads VisitedAt DoorCode | MemberId
SELECT m.MemberId, m.Phone, v.VisitedAt, v.DoorCode
FROM dbo.Member m
CROSS APPLY (SELECT TOP 1 x.VisitedAt, x.DoorCode FROM dbo.Visit x WHERE x.MemberId = m.MemberId ORDER BY x.VisitedAt DESC) v
WHERE m.ClubId = @club

--> mssql
--> dbo.Supplier writes Name Iban ChangedAt SupplierNo | SupplierNo
--> stage.SupplierIn reads SupplierNo Name Iban | BatchId
--> dbo.Supplier reads SupplierNo Iban
--> audit.SupplierChange writes Action SupplierNo OldIban NewIban
MERGE INTO dbo.Supplier WITH (HOLDLOCK) AS t
USING (SELECT SupplierNo, Name, Iban FROM stage.SupplierIn WHERE BatchId = @batch) AS s
ON (t.SupplierNo = s.SupplierNo)
WHEN MATCHED AND (t.Iban <> s.Iban OR t.Name <> s.Name) THEN
  UPDATE SET t.Name = s.Name, t.Iban = s.Iban, t.ChangedAt = GETDATE()
WHEN NOT MATCHED BY TARGET THEN
  INSERT (SupplierNo, Name, Iban, ChangedAt) VALUES (s.SupplierNo, s.Name, s.Iban, GETDATE())
WHEN NOT MATCHED BY SOURCE THEN DELETE
OUTPUT $action, inserted.SupplierNo, deleted.Iban, inserted.Iban INTO audit.SupplierChange (Action, SupplierNo, OldIban, NewIban);

--> mssql
--> dbo.Lead writes OwnerId TouchedAt | LeadId
--> dbo.Lead reads LeadId Email
UPDATE TOP (50) l SET l.OwnerId = @owner, l.TouchedAt = SYSDATETIME()
OUTPUT inserted.LeadId, deleted.Email
FROM dbo.Lead AS l WITH (ROWLOCK, READPAST)
WHERE l.LeadId > @after

--> mssql
--> dbo.Patient reads PatientId BirthDate LastName | WardId
--> dbo.Ward reads | WardId Name
--> report.Census writes PatientId AgeYears LastName
CREATE OR ALTER PROCEDURE report.FillCensus @ward nvarchar(40), @rows int OUTPUT
AS
BEGIN
  SET NOCOUNT ON;
  SET XACT_ABORT ON;
  DECLARE @today date = CAST(GETDATE() AS date);
  CREATE TABLE #found (PatientId int PRIMARY KEY, BirthDate date, LastName nvarchar(80));
  INSERT INTO #found (PatientId, BirthDate, LastName)
  SELECT p.PatientId, p.BirthDate, p.LastName
  FROM dbo.Patient p
  JOIN dbo.Ward w ON w.WardId = p.WardId
  WHERE w.Name = @ward;
  BEGIN TRY
    BEGIN TRANSACTION;
    INSERT report.Census (PatientId, AgeYears, LastName)
    SELECT f.PatientId, DATEDIFF(year, f.BirthDate, @today), f.LastName FROM #found AS f;
    SET @rows = @@ROWCOUNT;
    COMMIT;
  END TRY
  BEGIN CATCH
    IF @@TRANCOUNT > 0 ROLLBACK;
    THROW;
  END CATCH
  DROP TABLE #found;
END

--> mssql
--> hr.Employee reads EmployeeId ManagerId FullName
WITH Chain (EmployeeId, ManagerId, FullName, Depth) AS (
  SELECT EmployeeId, ManagerId, FullName, 0 FROM hr.Employee WHERE ManagerId IS NULL
  UNION ALL
  SELECT e.EmployeeId, e.ManagerId, e.FullName, c.Depth + 1
  FROM hr.Employee e JOIN Chain c ON e.ManagerId = c.EmployeeId
)
SELECT EmployeeId, ManagerId, FullName, Depth FROM Chain OPTION (MAXRECURSION 50);

--> mssql
--> dbo.SmsOutbox writes | SmsId SentAt
--> dbo.SmsOutbox reads Phone Body
DELETE TOP (200) FROM dbo.SmsOutbox
OUTPUT deleted.Phone, deleted.Body
WHERE SentAt IS NOT NULL AND SmsId < @limit

--> mssql
--> dbo.Orders writes Status | OrderId CustomerId
--> dbo.Blocked reads | CustomerId Until
UPDATE o SET Status = 'H' FROM [dbo].[Orders] o
WHERE EXISTS (SELECT 1 FROM [dbo].[Blocked] b WHERE b.[CustomerId] = o.[CustomerId] AND b.[Until] > GETDATE())
  AND o.[OrderId] BETWEEN @from AND @to

--> mssql
--> dbo.Answer reads Question Score | SurveyId
SELECT p.[Q1], p.[Q2], p.[Q3]
FROM (SELECT Question, Score FROM dbo.Answer WHERE SurveyId = @s) AS src
PIVOT (AVG(Score) FOR Question IN ([Q1],[Q2],[Q3])) AS p

--> mssql
--> dbo.Contact reads ContactId Raw
SELECT c.ContactId, j.email, j.phone
FROM dbo.Contact c
CROSS APPLY OPENJSON(c.Raw) WITH (email nvarchar(200) '$.email', phone nvarchar(40) '$.phone') AS j

--> mssql
--> Crm.Account reads Id Name Vat | Deleted
--> Crm.Person reads AccountId Email
exec sp_executesql N'SELECT [a].[Id], [a].[Name], [a].[Vat], [t].[AccountId], [t].[Email] FROM [Crm].[Account] AS [a] LEFT JOIN ( SELECT [p].[AccountId], [p].[Email], ROW_NUMBER() OVER(PARTITION BY [p].[AccountId] ORDER BY [p].[Email]) AS [row] FROM [Crm].[Person] AS [p] ) AS [t] ON [a].[Id] = [t].[AccountId] WHERE [a].[Deleted] = CAST(0 AS bit) AND [t].[row] <= 3',N'@__p_0 int',@__p_0=5

--> mssql
--> Users writes Email PasswordHash CreatedAt
--> Users reads Id
SET NOCOUNT ON;
INSERT INTO [Users] ([Email], [PasswordHash], [CreatedAt]) OUTPUT INSERTED.[Id] VALUES (@p0, @p1, @p2);

--> mssql
--> archive.dbo.Ticket writes TicketId Reporter Body
--> dbo.Ticket reads TicketId Reporter Body | ClosedAt
INSERT INTO archive.dbo.Ticket WITH (TABLOCK) (TicketId, Reporter, Body)
SELECT TicketId, Reporter, Body FROM dbo.Ticket WHERE ClosedAt < DATEADD(year, -2, GETDATE())

--> mssql
--> dbo.Card reads CardId Pan Holder
--> dbo.CardCopy writes CardId Pan Holder
SELECT CardId, Pan, Holder INTO dbo.CardCopy FROM dbo.Card

--> mssql
--> dbo.Tenant reads TenantId | Domain
--> dbo.Setting reads Value | TenantId Name
DECLARE @tenant int;
SELECT @tenant = TenantId FROM dbo.Tenant WHERE Domain = @domain;
IF @tenant IS NULL
  RAISERROR('no tenant', 16, 1);
ELSE
  SELECT Value FROM dbo.Setting WHERE TenantId = @tenant AND Name = @name;

--> mssql
--> dbo.Trip reads RiderId Fare | EndedAt
SELECT RiderId, SUM(Fare) AS Total, GROUPING(RiderId) AS g FROM dbo.Trip WHERE EndedAt >= @a
GROUP BY GROUPING SETS ((RiderId), ()) HAVING SUM(Fare) > 10 ORDER BY RiderId OFFSET 20 ROWS FETCH NEXT 10 ROWS ONLY

--> mssql
--> dbo.Guest reads GuestId Passport | Arrival
--> dbo.GuestQueue writes GuestId Passport
DECLARE guest_cursor CURSOR LOCAL FAST_FORWARD FOR
  SELECT GuestId, Passport FROM dbo.Guest WHERE Arrival = @day;
OPEN guest_cursor;
FETCH NEXT FROM guest_cursor INTO @id, @passport;
WHILE @@FETCH_STATUS = 0
BEGIN
  INSERT INTO dbo.GuestQueue (GuestId, Passport) VALUES (@id, @passport);
  FETCH NEXT FROM guest_cursor INTO @id, @passport;
END
CLOSE guest_cursor;
DEALLOCATE guest_cursor;

--> mssql
--> dbo.PriceList reads Sku Price | ValidTo
DECLARE @prices TABLE (Sku varchar(20), Price money);
INSERT INTO @prices SELECT Sku, Price FROM dbo.PriceList WHERE ValidTo IS NULL;
SELECT Sku, Price FROM @prices;

--> mssql
--> dbo.Doc reads Id Title Author | Body
SELECT d.Id, d.Title, d.Author, k.RANK FROM dbo.Doc d INNER JOIN CONTAINSTABLE(dbo.Doc, Body, @q) AS k ON d.Id = k.[KEY] ORDER BY k.RANK DESC

--> mssql
--> dbo.Subscriber writes Email Confirmed | Token
--> dbo.Subscriber reads SubscriberId
UPDATE dbo.Subscriber SET Confirmed = 1, Email = LOWER(@email) OUTPUT inserted.SubscriberId WHERE Token = @token;

--> oracle
--> employees reads employee_id manager_id last_name
SELECT LPAD(' ', 2 * (LEVEL - 1)) || last_name AS who, employee_id, manager_id, SYS_CONNECT_BY_PATH(last_name, '/') path
FROM employees START WITH manager_id IS NULL CONNECT BY NOCYCLE PRIOR employee_id = manager_id ORDER SIBLINGS BY last_name

--> oracle
--> customers reads name phone | id
--> orders reads total | customer_id state
SELECT c.name, c.phone, o.total FROM customers c, orders o WHERE c.id = o.customer_id (+) AND o.state (+) = :1

--> oracle
--> crm.person writes first_name last_name email id | id
--> crm.person_stg reads id first_name last_name email
--> err$_person writes
MERGE /*+ APPEND PARALLEL(4) */ INTO crm.person p USING crm.person_stg s ON (p.id = s.id)
WHEN MATCHED THEN UPDATE SET p.first_name = s.first_name, p.last_name = s.last_name, p.email = s.email
WHEN NOT MATCHED THEN INSERT (id, first_name, last_name, email) VALUES (s.id, s.first_name, s.last_name, s.email)
LOG ERRORS INTO err$_person REJECT LIMIT UNLIMITED

--> oracle
--> billing.account reads account_no balance holder | branch
--> billing.dormant writes account_no holder since
--> billing.account writes dormant | account_no
CREATE OR REPLACE PACKAGE BODY billing.housekeeping AS
  c_limit CONSTANT NUMBER := 0;

  FUNCTION is_old(p_day DATE) RETURN BOOLEAN IS
  BEGIN
    RETURN p_day < ADD_MONTHS(SYSDATE, -24);
  END is_old;

  PROCEDURE mark_dormant(p_branch IN VARCHAR2, p_count OUT NUMBER) IS
    CURSOR c_accounts IS
      SELECT a.account_no, a.balance, a.holder FROM billing.account a WHERE a.branch = p_branch FOR UPDATE OF a.dormant;
    r_account c_accounts%ROWTYPE;
  BEGIN
    p_count := 0;
    FOR r_account IN c_accounts LOOP
      IF r_account.balance <= c_limit THEN
        INSERT INTO billing.dormant (account_no, holder, since) VALUES (r_account.account_no, r_account.holder, SYSDATE);
        UPDATE billing.account SET dormant = 'Y' WHERE account_no = r_account.account_no;
        p_count := p_count + 1;
      END IF;
    END LOOP;
    COMMIT;
  EXCEPTION
    WHEN OTHERS THEN
      ROLLBACK;
      RAISE;
  END mark_dormant;
END housekeeping;

--> oracle
--> patients reads mrn surname | ward
DECLARE
  TYPE t_rows IS TABLE OF patients%ROWTYPE;
  l_mrn patients.mrn%TYPE;
  l_name VARCHAR2(100);
BEGIN
  SELECT mrn, surname INTO l_mrn, l_name FROM patients WHERE ward = :b1 AND ROWNUM = 1;
  DBMS_OUTPUT.PUT_LINE(l_name);
EXCEPTION
  WHEN NO_DATA_FOUND THEN NULL;
END;

--> oracle
--> big_customers writes id email total
--> small_customers writes id email
--> customer_totals reads id email total
INSERT ALL
  WHEN total > 1000 THEN INTO big_customers (id, email, total) VALUES (id, email, total)
  ELSE INTO small_customers (id, email) VALUES (id, email)
SELECT id, email, total FROM customer_totals

--> oracle
--> calls writes duration ended_at | call_id
--> calls reads caller_no
UPDATE calls SET duration = :d, ended_at = SYSTIMESTAMP WHERE call_id = :id RETURNING caller_no INTO :no

--> oracle
--> claims reads claim_id member_no amount | filed_on
SELECT * FROM (SELECT a.*, ROWNUM rnum FROM (SELECT claim_id, member_no, amount FROM claims WHERE filed_on > :1 ORDER BY filed_on DESC) a WHERE ROWNUM <= :2) WHERE rnum > :3

--> oracle
--> readings reads meter_id taken_on kwh
SELECT meter_id, first_value(kwh) OVER (PARTITION BY meter_id ORDER BY taken_on) first_kwh,
       MAX(kwh) KEEP (DENSE_RANK LAST ORDER BY taken_on) OVER (PARTITION BY meter_id) last_kwh FROM readings

--> oracle
--> hr.emp_docs reads emp_id doc
SELECT e.emp_id, x.passport_no, x.issued FROM hr.emp_docs e,
XMLTABLE('/docs/passport' PASSING e.doc COLUMNS passport_no VARCHAR2(20) PATH '@no', issued VARCHAR2(10) PATH '@issued') x

--> oracle
--> sales reads region_id amount | sold_on
SELECT * FROM (SELECT region_id, amount FROM sales WHERE sold_on > DATE '2020-01-01') PIVOT (SUM(amount) FOR region_id IN (1 AS north, 2 AS south))

--> oracle
--> person_audit writes person_id old_email new_email changed_by
CREATE OR REPLACE TRIGGER trg_person_email AFTER UPDATE OF email ON person FOR EACH ROW
WHEN (NEW.email <> OLD.email)
BEGIN
  INSERT INTO person_audit (person_id, old_email, new_email, changed_by) VALUES (:OLD.id, :OLD.email, :NEW.email, USER);
END;

--> oracle
--> sessions writes | user_id
--> app_users reads | id disabled
DELETE FROM sessions WHERE user_id IN (SELECT id FROM app_users WHERE disabled = 'Y')

--> oracle
SELECT invoice_seq.NEXTVAL FROM dual

--> oracle
--> members reads card_no full_name
SELECT /*+ INDEX(m members_pk) */ card_no, full_name FROM members@remote_db m

--> oracle
--> students writes grade | student_id
--> results reads score | student_id
UPDATE students s SET s.grade = (SELECT AVG(r.score) FROM results r WHERE r.student_id = s.student_id) WHERE EXISTS (SELECT NULL FROM results r2 WHERE r2.student_id = s.student_id)

--> oracle
--> trades reads trader ts price
SELECT trader, ts, price FROM trades MATCH_RECOGNIZE (PARTITION BY trader ORDER BY ts MEASURES FIRST(a.ts) AS begun ALL ROWS PER MATCH PATTERN (a b+) DEFINE b AS b.price > PREV(b.price))

--> oracle
--> people reads id name | city
SELECT id, name FROM people WHERE city = :c FETCH FIRST 5 ROWS WITH TIES

--> oracle
--> audit_events writes id actor what
INSERT INTO audit_events (id, actor, what) VALUES (audit_seq.NEXTVAL, SYS_CONTEXT('USERENV', 'SESSION_USER'), :1)

--> oracle
--> drivers reads id license_no | depot_id
--> depots reads | id city
--> export_drivers writes *
--> scratch_drivers writes
CREATE PROCEDURE export_depot (p_city IN VARCHAR2) AS
BEGIN
  FOR r IN (SELECT d.id, d.license_no FROM drivers d JOIN depots p ON p.id = d.depot_id WHERE p.city = p_city) LOOP
    INSERT INTO export_drivers VALUES (r.id, r.license_no);
  END LOOP;
  EXECUTE IMMEDIATE 'TRUNCATE TABLE scratch_drivers';
END;

--> oracle
--> badge reads id | holder zone
--> entry reads | gate at
CREATE OR REPLACE PACKAGE BODY gates AS
  g_zone VARCHAR2(10) := 'north';
  PROCEDURE admit(p_holder IN VARCHAR2, p_badge OUT NOCOPY NUMBER) IS
    l_badge INTEGER;
    l_gate VARCHAR2(30);
  BEGIN
    SELECT id INTO l_badge FROM badge WHERE holder = p_holder AND zone = g_zone;
    p_badge := l_badge;
  END;
  FUNCTION passed(p_gate VARCHAR2 DEFAULT 'A') RETURN NUMBER IS
    l_count NUMBER;
  BEGIN
    SELECT COUNT(*) INTO l_count FROM entry WHERE gate = p_gate AND at > SYSDATE - l_count;
    RETURN l_count;
  END;
END gates;

--> mssql
--> dbo.Device writes Name PushToken Id | Id
--> dbo.User writes RevisedAt | Id
CREATE PROCEDURE [dbo].[Device_Save]
    @Id UNIQUEIDENTIFIER OUTPUT,
    @UserId UNIQUEIDENTIFIER,
    @Name NVARCHAR(50),
    @PushToken NVARCHAR(255)
AS
BEGIN
    SET NOCOUNT ON

    UPDATE
        [dbo].[Device]
    SET
        [Name] = @Name,
        [PushToken] = @PushToken
    WHERE
        [Id] = @Id

    IF @@ROWCOUNT = 0
    BEGIN
        SET XACT_ABORT ON
        INSERT INTO [dbo].[Device]
        (
            [Id],
            [Name],
            [PushToken]
        )
        VALUES
        (
            @Id,
            @Name,
            @PushToken
        )
    END

    SET ANSI_WARNINGS OFF
    EXEC [dbo].[User_Touch] @UserId

    UPDATE [User] SET [RevisedAt] = GETUTCDATE() WHERE [Id] = @UserId
END

--> gcp.bigquery
--> clinic.labs reads valuenum itemid
SELECT CASE WHEN itemid IN (1, 2) THEN valuenum
            WHEN itemid = 3 THEN (valuenum - 32) * 5 / 9 --fahrenheit
            END AS celsius --all in one
FROM `acme-data.clinic.labs`
