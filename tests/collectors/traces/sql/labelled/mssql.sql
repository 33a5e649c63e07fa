--> mssql
--> sales.customer reads customerid emailaddress | lastname
SELECT TOP (@p0) [c].[CustomerID], [c].[EmailAddress] FROM [Sales].[Customer] AS [c] WITH (NOLOCK) WHERE [c].[LastName] = @p1

--> mssql
--> blogs reads blogid url rating | blogid
--> posts reads postid title | blogid
SELECT [b].[BlogId], [b].[Url], [b].[Rating], [p].[PostId], [p].[Title] FROM [Blogs] AS [b] LEFT JOIN [Posts] AS [p] ON [b].[BlogId] = [p].[BlogId] ORDER BY [b].[BlogId]

--> mssql
--> users writes email name
--> users reads id
SET IMPLICIT_TRANSACTIONS OFF; SET NOCOUNT ON; INSERT INTO [Users] ([Email], [Name]) OUTPUT INSERTED.[Id] VALUES (@p0, @p1);

--> mssql
--> orders writes customerid total
--> orders reads id
MERGE [Orders] USING (VALUES (@p0, @p1, 0), (@p2, @p3, 1)) AS i ([CustomerId], [Total], _Position) ON 1=0 WHEN NOT MATCHED THEN INSERT ([CustomerId], [Total]) VALUES (i.[CustomerId], i.[Total]) OUTPUT INSERTED.[Id], i._Position;

--> mssql
--> users writes email | id version
UPDATE [Users] SET [Email] = @p0 OUTPUT 1 WHERE [Id] = @p1 AND [Version] = @p2;

--> mssql
--> log writes message
INSERT INTO Log (Message) VALUES (@m) SELECT SCOPE_IDENTITY()

--> mssql
--> users reads id name email | id
exec sp_executesql N'SELECT [u].[Id], [u].[Name], [u].[Email] FROM [dbo].[Users] AS [u] WHERE [u].[Id] = @id',N'@id int',@id=5

--> mssql
EXEC [dbo].[usp_GetCustomer] @CustomerId = @p0

--> mssql
exec sp_reset_connection

--> mssql
--> crm.dbo.accounts reads name phone | id
--> erp.dbo.invoices reads amount | accountid
SELECT a.Name, a.Phone, i.Amount FROM CRM.dbo.Accounts a JOIN ERP.dbo.Invoices i ON i.AccountId = a.Id

--> mssql
--> srv1.crm.dbo.accounts reads name | id
SELECT Name FROM [SRV1].[CRM].[dbo].[Accounts] WHERE Id = @p0

--> mssql
--> orders reads id total customerid
SELECT TOP 10 PERCENT WITH TIES Id, Total, CustomerId FROM dbo.Orders ORDER BY Total DESC

--> mssql
--> users reads id name | name
SELECT Id, Name FROM Users ORDER BY Name OFFSET @p0 ROWS FETCH NEXT @p1 ROWS ONLY

--> mssql
--> customers reads name | id
--> orders reads total | customerid orderedat
SELECT c.Name, t.Total FROM Customers c CROSS APPLY (SELECT TOP 1 o.Total FROM Orders o WHERE o.CustomerId = c.Id ORDER BY o.OrderedAt DESC) t

--> mssql
--> customers reads name tags
SELECT c.Name, s.value FROM Customers c OUTER APPLY STRING_SPLIT(c.Tags, ',') s

--> mssql
--> deletedusers writes id email
--> users reads id email
--> users writes | lastseen
DELETE FROM Users OUTPUT deleted.Id, deleted.Email INTO DeletedUsers (Id, Email) WHERE LastSeen < @cutoff

--> mssql
--> u_archive writes id name
--> users reads id name | active
SELECT Id, Name INTO dbo.U_Archive FROM dbo.Users WHERE Active = 0

--> mssql
--> users reads id email | active
--> consents reads | userid
CREATE TABLE #active (Id int PRIMARY KEY, Email nvarchar(200));
INSERT INTO #active (Id, Email) SELECT Id, Email FROM dbo.Users WHERE Active = 1;
SELECT a.Email FROM #active a JOIN dbo.Consents c ON c.UserId = a.Id;
DROP TABLE #active;

--> mssql
--> orders reads id | state
--> orderlines reads sku qty | orderid
DECLARE @ids TABLE (Id int);
INSERT INTO @ids SELECT Id FROM Orders WHERE State = 1;
SELECT l.Sku, l.Qty FROM OrderLines l INNER JOIN @ids i ON i.Id = l.OrderId

--> mssql
--> sales reads region amount year
SELECT Region, [2023], [2024] FROM (SELECT Region, Amount, Year FROM Sales) s PIVOT (SUM(Amount) FOR Year IN ([2023], [2024])) p

--> mssql
--> users reads name | id
IF EXISTS (SELECT 1 FROM Users WHERE Id = @id) SELECT Name FROM Users WHERE Id = @id ELSE SELECT NULL

--> mssql
--> users reads id | email
--> users writes email name
--> users writes lastseen | id
DECLARE @id int
SELECT @id = Id FROM Users WHERE Email = @email
IF @id IS NULL
BEGIN
  INSERT Users (Email, Name) VALUES (@email, @name)
  SET @id = SCOPE_IDENTITY()
END
ELSE
  UPDATE Users SET LastSeen = GETDATE() WHERE Id = @id
RETURN @id

--> mssql
--> customers reads customerid firstname lastname email | status
--> orders reads totaldue customerid | orderdate
--> rewardlog writes customerid points reason createdat
--> customers writes tier modifiedat | customerid
--> rewardqueue writes | processed
CREATE PROCEDURE [dbo].[usp_CalculateRewards]
  @FromDate DATETIME2,
  @ToDate DATETIME2 = NULL,
  @Debug BIT = 0
AS
BEGIN
  SET NOCOUNT ON;
  SET XACT_ABORT ON;

  IF @ToDate IS NULL
    SET @ToDate = SYSUTCDATETIME();

  DECLARE @CustomerId INT, @Points DECIMAL(18,2), @Email NVARCHAR(256);

  CREATE TABLE #Totals (CustomerId INT NOT NULL, Total DECIMAL(18,2));

  INSERT INTO #Totals (CustomerId, Total)
  SELECT o.CustomerId, SUM(o.TotalDue)
  FROM dbo.Orders o WITH (NOLOCK)
  WHERE o.OrderDate >= @FromDate AND o.OrderDate < @ToDate
  GROUP BY o.CustomerId

  BEGIN TRY
    BEGIN TRANSACTION

    DECLARE cur CURSOR LOCAL FAST_FORWARD FOR
      SELECT c.CustomerId, c.FirstName, c.LastName, c.Email
      FROM dbo.Customers AS c
      WHERE c.Status = 'A'

    OPEN cur
    FETCH NEXT FROM cur INTO @CustomerId, @First, @Last, @Email
    WHILE @@FETCH_STATUS = 0
    BEGIN
      SELECT @Points = Total * 0.1 FROM #Totals WHERE CustomerId = @CustomerId

      IF @Points > 100
      BEGIN
        INSERT INTO dbo.RewardLog (CustomerId, Points, Reason, CreatedAt)
        VALUES (@CustomerId, @Points, 'monthly', GETDATE())

        UPDATE dbo.Customers
        SET Tier = CASE WHEN @Points > 1000 THEN 'gold' WHEN @Points > 500 THEN 'silver' ELSE 'bronze' END,
            ModifiedAt = GETDATE()
        WHERE CustomerId = @CustomerId
      END
      ELSE
        PRINT 'nothing for ' + @Email

      FETCH NEXT FROM cur INTO @CustomerId, @First, @Last, @Email
    END
    CLOSE cur
    DEALLOCATE cur

    DELETE FROM dbo.RewardQueue WHERE Processed = 1
    COMMIT TRANSACTION
  END TRY
  BEGIN CATCH
    IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;
    THROW;
  END CATCH
END

--> mssql
--> hr.employee reads managerid employeeid title
WITH Reports (ManagerID, EmployeeID, Title, Level) AS (SELECT ManagerID, EmployeeID, Title, 0 FROM HR.Employee WHERE ManagerID IS NULL UNION ALL SELECT e.ManagerID, e.EmployeeID, e.Title, d.Level + 1 FROM HR.Employee AS e INNER JOIN Reports AS d ON e.ManagerID = d.EmployeeID) SELECT ManagerID, EmployeeID, Title FROM Reports OPTION (MAXRECURSION 100)

--> mssql
--> dimcustomer writes name city customerkey
--> stagecustomer reads customerkey name city
MERGE dbo.DimCustomer AS target
USING dbo.StageCustomer AS source ON target.CustomerKey = source.CustomerKey
WHEN MATCHED AND target.Name <> source.Name THEN UPDATE SET target.Name = source.Name, target.City = source.City
WHEN NOT MATCHED BY TARGET THEN INSERT (CustomerKey, Name, City) VALUES (source.CustomerKey, source.Name, source.City)
WHEN NOT MATCHED BY SOURCE THEN DELETE;

--> mssql
--> products reads id name price | categoryid
SELECT [t].[Id], [t].[Name], [t].[Price] FROM (SELECT [p].[Id], [p].[Name], [p].[Price], ROW_NUMBER() OVER (ORDER BY [p].[Id]) AS [row] FROM [Products] AS [p] WHERE [p].[CategoryId] = @__c_0) AS [t] WHERE [t].[row] <= 10

--> mssql
--> users writes | id
--> bans reads | userid until
DELETE u FROM dbo.Users u INNER JOIN dbo.Bans b ON b.UserId = u.Id WHERE b.Until IS NULL

--> mssql
--> users writes status | id
--> imports reads status | userid
UPDATE u SET u.Status = i.Status FROM dbo.Users AS u JOIN dbo.Imports AS i ON i.UserId = u.Id

--> mssql
SELECT @@VERSION, DB_NAME(), SUSER_SNAME()

--> mssql
--> orders reads id total
SELECT Id, Total FROM Orders FOR JSON PATH, ROOT('orders')

--> mssql
--> people reads name ssn | id
SELECT Name, SSN FROM People WITH (ROWLOCK, UPDLOCK) WHERE Id = @P1 OPTION (RECOMPILE, MAXDOP 1)

--> mssql
SELECT name FROM sys.tables WHERE object_id = OBJECT_ID(N'dbo.Users')

--> mssql
--> "order details" reads "unit price" | orderid
SELECT [od].[Unit Price] FROM [Order Details] AS [od] WHERE [od].[OrderID] = @p0

--> mssql
--> events reads payload | type
SELECT JSON_VALUE(Payload, '$.email') AS Email FROM dbo.Events WHERE [Type] = N'signup'

--> mssql
--> accounts writes balance | id
--> transfers writes fromid toid amount
BEGIN TRAN
UPDATE Accounts SET Balance = Balance - @amount WHERE Id = @from
UPDATE Accounts SET Balance = Balance + @amount WHERE Id = @to
INSERT INTO Transfers (FromId, ToId, Amount) VALUES (@from, @to, @amount)
COMMIT TRAN

--> mssql
--> dbo2.sessions reads userid token | expires
SELECT UserId, Token FROM dbo2.Sessions WHERE Expires > GETUTCDATE() AND Token = CONVERT(varbinary(32), @t, 1)

--> mssql
--> users writes
IF OBJECT_ID('tempdb..#x') IS NOT NULL DROP TABLE #x; TRUNCATE TABLE Users

--> mssql
--> customers reads id name | name
SELECT * FROM (SELECT Id, Name FROM Customers WHERE Name LIKE @p0 + '%') AS q

--> mssql
--> audit writes entity entityid actor at
--> customers writes email phone address | id
--> customeremails writes | customerid
--> orders writes shiptoname shiptoaddress | customerid
--> customers reads | id erased
ALTER PROCEDURE privacy.EraseCustomer (@CustomerId int, @Actor nvarchar(100)) WITH EXECUTE AS OWNER
AS
SET NOCOUNT ON
IF NOT EXISTS (SELECT * FROM dbo.Customers WHERE Id = @CustomerId AND Erased = 0)
  RETURN 1
BEGIN TRANSACTION
UPDATE dbo.Customers SET Email = NULL, Phone = NULL, Address = NULL WHERE Id = @CustomerId
DELETE dbo.CustomerEmails WHERE CustomerId = @CustomerId
UPDATE o SET o.ShipToName = '', o.ShipToAddress = '' FROM dbo.Orders o WHERE o.CustomerId = @CustomerId
INSERT dbo.Audit (Entity, EntityId, Actor, At) VALUES ('customer', @CustomerId, @Actor, SYSDATETIME())
COMMIT
RETURN 0
GO

--> mssql
--> orders reads orderid freight | customerid
--> customers reads companyname | customerid
SELECT o.OrderID, o.Freight, c.CompanyName FROM Orders AS o INNER HASH JOIN Customers AS c ON c.CustomerID = o.CustomerID

--> mssql
--> vw_staff writes id name
--> staff reads id name
CREATE VIEW dbo.vw_Staff WITH SCHEMABINDING AS SELECT Id, Name FROM dbo.Staff

--> mssql
--> users reads id email
DECLARE @sql nvarchar(max) = N'SELECT Id, Email FROM Users'; EXEC (N'SELECT Id, Email FROM Users')
