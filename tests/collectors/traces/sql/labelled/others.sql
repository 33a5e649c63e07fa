--> redshift
--> venue reads v_city v_key | v_kind
--> ticket_sale reads ts_price | ts_buyer ts_venue
--> buyer reads b_mail | b_key b_nation
--> nation reads | n_key n_name
SELECT v_city, v_key, b_mail, sum(ts_price * 2) AS taken
FROM venue, ticket_sale, buyer, nation n1
WHERE v_key = ts_venue AND ts_buyer = b_key AND b_nation = n_key AND v_kind = 'hall' AND n_name = 'PERU'
GROUP BY v_city, v_key, b_mail

--> redshift
--> part reads p_name | p_key
--> partstock reads | ps_part ps_left ps_cost
SELECT p_name FROM part, partstock WHERE p_key = ps_part AND ps_left > 3 AND ps_cost = (SELECT min(ps_cost) FROM partstock WHERE p_key = ps_part)

--> redshift
--> guest reads g_phone | g_key
--> booking reads | b_guest b_state
SELECT substring(g_phone, 1, 2) AS land FROM guest WHERE NOT EXISTS (SELECT * FROM booking WHERE b_guest = g_key AND b_state = 'open')

--> mysql
--> schoolRoom reads * | schoolRoomID schoolWingID
--> schoolWing reads * | schoolWingID
SELECT * FROM schoolRoom JOIN schoolWing ON (schoolRoom.schoolWingID = schoolWing.schoolWingID) WHERE schoolRoomID = :room

--> mssql
--> Crm.Parcel reads ParcelId Target | DepotId ServiceKindId
--> Crm.Depot reads Town | DepotId
--> Crm.ServiceKind reads ServiceKindName | ServiceKindId
--> Web.Parcels writes ParcelId Town Target
CREATE VIEW Web.Parcels AS
SELECT p.ParcelId, Town = d.Town,
  Target = JSON_QUERY((SELECT [kind] = ServiceKindName, [at] = CONCAT(p.Target.Long, ',', p.Target.Lat) FOR JSON PATH, WITHOUT_ARRAY_WRAPPER))
FROM Crm.Parcel AS p
LEFT JOIN Crm.Depot AS d ON p.DepotId = d.DepotId
LEFT JOIN Crm.ServiceKind AS k ON p.ServiceKindId = k.ServiceKindId

--> postgresql
--> thread_view writes * author_name answers
--> thread reads * | author_id id
--> member reads name | id
--> answer reads | thread_id
DROP VIEW thread_view;
CREATE VIEW thread_view AS
SELECT t.*,
  (SELECT m.name FROM member m WHERE m.id = t.author_id) AS author_name,
  (SELECT count(*) FROM answer WHERE answer.thread_id = t.id) AS answers
FROM thread t

--> oracle
--> staff reads staff_id surname boss_id
WITH under (id, surname, boss, depth) AS (
  SELECT staff_id, surname, boss_id, 0 FROM staff WHERE staff_id = 7
  UNION ALL
  SELECT s.staff_id, s.surname, s.boss_id, depth + 1 FROM under u, staff s WHERE u.id = s.boss_id)
SELECT id, surname, boss, depth FROM under ORDER BY depth

--> oracle
--> stock reads amount | day
--> days reads day
SELECT days.day, s.amount FROM stock s PARTITION BY (s.item) RIGHT OUTER JOIN days ON (days.day = s.day)

--> oracle
--> notes_today writes id said
--> notes reads id body | at
create or replace force view notes_today as
  select id, substr(body, 1, 80) said from notes where at > systimestamp - (1/24) order by id asc
/

--> oracle
--> run_unit reads | run_id owner
--> run_block reads line covered | run_id
--> run_seen reads | block_run
create or replace package body run_figures is
  function lines(a_run raw) return t_lines is
    l_found t_lines;
    l_schema varchar2(200) := own_schema();
  begin
    execute immediate q'[select b.line, max(b.covered) from run_unit u join ]' || l_schema || q'[.run_seen s on s.block_run = u.run_id
      left join run_block b on u.run_id = b.run_id where u.owner = :o group by b.line]' bulk collect into l_found using a_run;
    return l_found;
  end;
end;
/

--> oracle
--> tag_cache writes | cache_id
create or replace procedure purge(p_owner varchar2) is
  l_filter varchar2(4000);
begin
  l_filter := case when p_owner is null then ':o is null' else 'owner = :o' end;
  execute immediate 'delete from tag_cache c where c.cache_id = :1 and ' || l_filter using p_owner;
end;

--> oracle
--> claims reads claim_id insured | state
create or replace procedure list_claims(p_state varchar2, p_out out sys_refcursor) is
  l_sql varchar2(4000) := 'select claim_id, insured from claims where state = :s';
begin
  open p_out for l_sql using p_state;
end;

--> redshift
--> split_plan reads *
CREATE OR REPLACE PROCEDURE split_all() AS $$
DECLARE
  plan RECORD;
  target VARCHAR(200) := '';
  run VARCHAR(MAX) := '';
BEGIN
  FOR plan IN SELECT * FROM split_plan LOOP
    target := quote_ident(plan.name) || '_1';
    EXECUTE 'DROP TABLE IF EXISTS ' || target || ';';
    EXECUTE 'CREATE TABLE IF NOT EXISTS ' || target || ' (LIKE ' || quote_ident(plan.name) || ');';
    run := 'INSERT INTO ' || target || ' SELECT * FROM ' || quote_ident(plan.name);
    EXECUTE run;
  END LOOP;
END;
$$ LANGUAGE plpgsql

--> postgresql
--> visit_log writes visitor_id at
--> visitor reads id | mail
CREATE FUNCTION note_visit(tenant text, m text) RETURNS void LANGUAGE plpgsql AS $f$
DECLARE
  q text;
BEGIN
  EXECUTE format('INSERT INTO %I.visit_log (visitor_id, at) SELECT id, now() FROM %I.visitor WHERE mail = %L', tenant, tenant, m);
  q := 'DELETE FROM ' || quote_ident(tenant) || ' WHERE x = 1';
  EXECUTE q;
END
$f$

--> mysql
--> invoice reads iban | tenant_id state
CREATE PROCEDURE find_invoices(IN p_state VARCHAR(9))
BEGIN
  SET @s = CONCAT('SELECT iban FROM invoice WHERE tenant_id = 3 AND state = ''', p_state, '''');
  PREPARE st FROM @s;
  EXECUTE st;
END

--> mssql
--> dbo.Claim reads ClaimId Insured | State
CREATE PROCEDURE dbo.ListClaims @state int, @order sysname AS
BEGIN
  DECLARE @sql nvarchar(max) = N'SELECT c.ClaimId, c.Insured FROM dbo.Claim c WHERE c.State = @s ORDER BY ' + QUOTENAME(@order) + N' DESC';
  EXEC sp_executesql @sql, N'@s int', @s = @state;
END

--> bigquery
--> shop.day_figures writes day orders mails
--> shop.orders reads day mail | gone
CREATE OR REPLACE TABLE shop.day_figures AS
SELECT * EXCEPT (picked), ARRAY(SELECT DISTINCT m FROM UNNEST(picked) AS m) AS mails
FROM (SELECT day, count(1) AS orders, array_agg(mail) AS picked FROM shop.orders WHERE gone IS NULL GROUP BY day)

--> bigquery
--> ops.scans writes project_id seen
CREATE OR REPLACE TABLE ops.scans AS
SELECT project_id, count(1) AS seen FROM `region-eu`.INFORMATION_SCHEMA.JOBS_BY_PROJECT GROUP BY 1

--> bigquery
--> clinic.stays reads stay_id | patient_id
--> clinic.urine_output reads urineoutput | stay_id
SELECT s.stay_id, SUM(urineoutput) AS ml FROM clinic.stays s JOIN clinic.urine_output u ON u.stay_id = s.stay_id WHERE s.patient_id = 4 GROUP BY s.stay_id
