--> postgresql
--> users_user reads id email first_name last_name password | is_active
SELECT "users_user"."id", "users_user"."email", "users_user"."first_name", "users_user"."last_name", "users_user"."password" FROM "users_user" WHERE ("users_user"."is_active" AND UPPER("users_user"."email"::text) = UPPER(%s)) LIMIT 21

--> postgresql
--> shop_order reads id total | customer_id
--> shop_customer reads id name | city
SELECT "shop_order"."id", "shop_order"."total", "shop_customer"."id", "shop_customer"."name" FROM "shop_order" INNER JOIN "shop_customer" ON ("shop_order"."customer_id" = "shop_customer"."id") WHERE "shop_customer"."city" IN (%s, %s) ORDER BY "shop_order"."id" DESC

--> postgresql
--> auth_group reads id name
--> auth_user_groups reads user_id | group_id
SELECT ("auth_user_groups"."user_id") AS "_prefetch_related_val_user_id", "auth_group"."id", "auth_group"."name" FROM "auth_group" INNER JOIN "auth_user_groups" ON ("auth_group"."id" = "auth_user_groups"."group_id") WHERE "auth_user_groups"."user_id" IN (%s, %s)

--> mysql
--> employee reads id name manager_id | department_id
--> department reads id title
select e1_0.id,e1_0.manager_id,e1_0.name,d1_0.id,d1_0.title from employee e1_0 left join department d1_0 on d1_0.id=e1_0.department_id where e1_0.id=?

--> oracle
--> t_person reads id surname version | tenant
select * from (select p1_0.id,p1_0.surname,p1_0.version from t_person p1_0 where p1_0.tenant=? order by p1_0.surname) where rownum<=?

--> postgresql
--> invoices writes status version | id
/* update com.acme.Invoice */ update invoices set status=?, version=? where id=? and version=?

--> postgresql
select nextval('hibernate_sequence')

--> postgresql
--> accounts reads * | id
--> memberships reads | account_id user_id role
SELECT "accounts".* FROM "accounts" INNER JOIN "memberships" ON "memberships"."account_id" = "accounts"."id" WHERE "memberships"."user_id" = $1 AND "memberships"."role" IN ($2, $3) ORDER BY "accounts"."id" ASC LIMIT $4 /*application='Crm',controller='accounts'*/

--> mysql
--> posts reads id title | slug
--> comments reads author_email | post_id
SELECT `posts`.`id` AS t0_r0, `posts`.`title` AS t0_r1, `comments`.`author_email` AS t1_r2 FROM `posts` LEFT OUTER JOIN `comments` ON `comments`.`post_id` = `posts`.`id` WHERE `posts`.`slug` = 'x'

--> postgresql
--> public.User reads id email name | deletedAt
SELECT "public"."User"."id", "public"."User"."email", "public"."User"."name" FROM "public"."User" WHERE ("public"."User"."deletedAt" IS NULL AND "public"."User"."id" IN ($1,$2)) OFFSET $3

--> postgresql
--> public.Post writes title authorId
--> public.Post reads id title authorId
INSERT INTO "public"."Post" ("title","authorId") VALUES ($1,$2) RETURNING "public"."Post"."id", "public"."Post"."title", "public"."Post"."authorId"

--> mssql
--> Customers reads Id Email | IsDeleted
--> Orders reads Total | CustomerId
SELECT [c].[Id], [c].[Email], COALESCE((SELECT SUM([o].[Total]) FROM [Orders] AS [o] WHERE [c].[Id] = [o].[CustomerId]), 0.0) AS [Sum] FROM [Customers] AS [c] WHERE [c].[IsDeleted] = CAST(0 AS bit)

--> mssql
--> Person writes Name Age | Id RowVersion
--> Person reads RowVersion
SET IMPLICIT_TRANSACTIONS OFF; SET NOCOUNT ON; UPDATE [Person] SET [Name] = @p0, [Age] = @p1 OUTPUT INSERTED.[RowVersion] WHERE [Id] = @p2 AND [RowVersion] = @p3;

--> postgresql
--> address reads id street user_id
--> account reads | id
SELECT address.id AS address_id, address.street AS address_street, address.user_id AS address_user_id FROM address JOIN (SELECT account.id AS account_id FROM account WHERE account.id = %(id_1)s) AS anon_1 ON anon_1.account_id = address.user_id

--> postgresql
--> audit writes actor event
WITH ins AS (INSERT INTO audit (actor, event) VALUES ($1, $2) RETURNING 1) SELECT count(*) FROM ins

--> mysql
--> users reads id email | deleted_at
--> roles reads | id name
--> role_user reads | role_id user_id name
select `id`, `email` from `users` where exists (select * from `roles` inner join `role_user` on `roles`.`id` = `role_user`.`role_id` where `users`.`id` = `role_user`.`user_id` and `name` = ?) and `users`.`deleted_at` is null

--> postgresql
--> users reads id email
--> orders reads id | user_id
SELECT "User"."id", "User"."email", "Orders"."id" AS "Orders.id" FROM "users" AS "User" LEFT OUTER JOIN "orders" AS "Orders" ON "User"."id" = "Orders"."user_id"

--> oracle
--> ORDERS reads ORDER_ID SHIP_NAME | CUSTOMER_ID
SELECT /* count="2" */ "o".ORDER_ID, "o".SHIP_NAME FROM ORDERS "o" WHERE "o".CUSTOMER_ID = :p__linq__0

--> postgresql
--> customers reads id email | created_at
SELECT id, email FROM customers WHERE created_at > '2026-01-01' AND stat

--> postgresql
--> patients reads id full_name
--> visits reads reason | patient_id
SELECT p.id, p.full_name, v.reason FROM patients p JOIN visits v ON v.patient_id = p.id WHERE v.start...

--> mysql
--> ledger writes account amount memo
INSERT INTO ledger (account, amount, memo) VALUES (?, ?, ?), (?, ?, ?), (?, ?

--> mssql
--> dbo.Claims reads ClaimId MemberName | PolicyId
SELECT c.ClaimId, c.MemberName FROM dbo.Claims c WHERE c.PolicyId IN (SELECT p.PolicyId FROM dbo.Poli

--> other_sql
--> person reads name | id
select name from person where id = :id

--> 
--> users reads email | id
SELECT email FROM users WHERE id = 42 -- user lookup
