--> mysql
--> bed writes | ward_id
--> ward reads | id gone
drop temporary table if exists free_bed;
create temporary table free_bed (id int primary key, ward_id int);
# those that nobody needs
call fill_free_bed(@day, 'a');
delete from free_bed where ward_id <= 3;
delete from bed where ward_id in (select id from ward where gone = 1);
drop table if exists free_bed;

--> mysql
--> visit reads patient_id seen_on | kind
drop table if exists last_visit;
create temporary table last_visit as select patient_id, seen_on from (select * from visit where kind like 'home%' order by seen_on desc) v group by patient_id, seen_on;
create index by_patient on last_visit (patient_id);
select * from last_visit;

--> mssql
--> dbo.Claim writes State | ClaimId
--> dbo.Claim reads | ClaimId Payer
CREATE OR ALTER PROCEDURE dbo.PickClaims @Claims dbo.Ids READONLY AS
BEGIN
  DECLARE @tmp TABLE (ClaimId int, TooMuch AS CASE WHEN 1 = 1 THEN 1 ELSE 0 END)
  INSERT INTO @tmp (ClaimId) SELECT i.ClaimId FROM @Claims i INNER JOIN dbo.Claim c ON c.ClaimId = i.ClaimId AND c.Payer = 3
  UPDATE dbo.Claim SET State = 4 WHERE ClaimId IN (SELECT ClaimId FROM @tmp WHERE TooMuch = 1)
END

--> mssql
--> dbo.Policy reads PolicyId Worth ProductId | FamilyId
--> dbo.Product reads MaxPeople | ProductId
--> dbo.PolicyLog writes PolicyId At
CREATE PROCEDURE dbo.Recount @family int AS
BEGIN
  DECLARE Cur CURSOR FOR SELECT PolicyId, Worth, ProductId FROM dbo.Policy WHERE FamilyId = @family
  OPEN Cur
  FETCH NEXT FROM Cur INTO @id, @worth, @product
  WHILE @@FETCH_STATUS = 0
  BEGIN
    SELECT @max = MaxPeople FROM dbo.Product WHERE ProductId = @product;
    IF @max < 4 GOTO NEXT_ONE;
    INSERT INTO dbo.PolicyLog (PolicyId, At) VALUES (@id, GETDATE())
NEXT_ONE:
    FETCH NEXT FROM Cur INTO @id, @worth, @product
  END
  CLOSE Cur
  DEALLOCATE Cur
END

--> mssql
--> tblShip reads RowId | ShipId Level
SELECT @row = RowId FROM tblShip WHERE ShipId = @id AND Level > 2

--> mssql
--> tblVoyage reads VoyageId Fare | HarbourId
--> tblHarbour reads | HarbourId Town
SELECT VoyageId, tblVoyage.Fare FROM tblVoyage INNER JOIN tblHarbour ON tblHarbour.HarbourId = tblVoyage.HarbourId WHERE tblHarbour.Town = 'x'

--> oracle
--> staff reads staff_no pay | post
declare
  l_cursor number := dbms_sql.open_cursor;
begin
  dbms_sql.parse( l_cursor, 'select staff_no, pay from staff where post = ''CHIEF'' and pay > 2000', dbms_sql.native );
  dbms_sql.close_cursor( l_cursor );
end;

--> oracle
--> model_view writes day sold
--> sh.sold reads day sold
CREATE OR REPLACE VIEW model_view AS SELECT day, sold FROM sh.sold;
BEGIN DBMS_DATA_MINING.DROP_MODEL('M1');
EXCEPTION WHEN OTHERS THEN NULL; END;
/
SELECT setting_name FROM user_mining_model_settings WHERE model_name = upper('M1') ORDER BY setting_name;
/

--> oracle
--> club reads name phones
SELECT c.name, COLUMN_VALUE AS phone FROM club c, TABLE(c.phones)

--> oracle
--> club reads
SELECT COLUMN_VALUE AS one FROM club, TABLE(words('a', 10)) w

--> oracle
--> sh.deals reads sold_on | item_id
--> sh.articles reads art_category | item_id
SELECT to_char(d.sold_on, 'MON') m, art_category FROM sh.deals d, sh.articles a WHERE d.item_id = a.item_id

--> postgresql
--> keeper reads given | id
--> animal reads name | keeper_id id
--> cage reads name | animal_id
select keeper.given, animal.name as animal_name, cage.name as cage_name from keeper inner join animal on keeper_id = keeper.id inner join cage on animal_id = animal.id

--> mysql
--> crew reads id dead
--> crew_name reads given_name family_name | crew_id preferred
SELECT c.id, CONCAT(given_name, ' ', family_name) AS named, c.dead FROM crew c INNER JOIN crew_name n ON n.crew_id = c.id WHERE n.preferred = 1

--> snowflake
--> advice writes state done_at | kind
CREATE OR REPLACE PROCEDURE mark_done(kind VARCHAR) RETURNS VARIANT LANGUAGE SQL AS
$$
BEGIN
  UPDATE advice SET state = 'DONE', done_at = CURRENT_TIMESTAMP() WHERE kind = :kind AND state = 'OPEN';
  RETURN 'ok';
END;
$$

--> redshift
--> web_sold reads ws_price | ws_item ws_day ws_site
--> web_back reads wb_price | wb_item
--> web_site reads web_site_id | web_site_sk
--> days reads | d_sk d_date
SELECT web_site_id, sum(ws_price) AS sold, sum(wb_price) AS back
FROM web_sold LEFT OUTER JOIN web_back ON ws_item = wb_item, days, web_site
WHERE ws_day = d_sk AND d_date > '2026-01-01' AND ws_site = web_site_sk GROUP BY web_site_id

--> oracle
--> purse reads amount | owner kind
create or replace procedure get_amount (owner in varchar2, kind in varchar2) is
  rec varchar2(4000);
  query varchar2(4000);
begin
  query := 'select amount from purse where owner = ''' || owner || ''' and kind = ''' || kind || '''';
  execute immediate query into rec;
end;

--> postgresql
--> event_figures writes shown | id
CREATE OR REPLACE FUNCTION note_picture() RETURNS trigger AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    CASE (SELECT shown FROM event_figures WHERE id = NEW.event)
      WHEN 'no' THEN
        UPDATE event_figures SET shown = 'yes' WHERE id = NEW.event;
      ELSE
    END CASE;
  END IF;
  RETURN NULL;
END;
$$ LANGUAGE 'plpgsql';

--> bigquery
--> ward.demand reads patient_id | demand_id order_kind order_part
--> ward.demand_detail reads told | demand_id
SELECT d.patient_id, t.told FROM ward.demand d JOIN ward.demand_detail t ON d.demand_id = t.demand_id WHERE d.order_kind = 'care' AND order_part = 'code'

--> postgresql
--> file.paper writes | number holder
CREATE OR REPLACE FUNCTION file.after_paper() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_holder numeric;
BEGIN
  v_holder := NEW.holder;
  EXECUTE E'DELETE FROM file.paper WHERE (number = \'0\' OR number IS NULL) AND holder = '||quote_literal(v_holder)||' AND 1 = 1';
  RETURN NEW;
END; $$;
