--> mssql
--> Load.Run reads "Run Key" "Source Cutoff" | "Table Name" Finished
--> Load.Shop_Staging reads "Shop No" Shop Town Owner "Valid From" "Valid To"
--> Mart.Shop writes "Shop No" Shop Town Owner "Valid From" "Valid To" "Run Key"
--> Load.Run writes Finished Fine | "Run Key"
--> "Load.Cutoff Days" writes Cutoff | "Table Name"
CREATE PROCEDURE Load.MoveShops
WITH EXECUTE AS OWNER
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @Never datetime2(7) = '99991231 23:59:59';
    BEGIN TRAN;
    DECLARE @RunKey int = (SELECT TOP(1) [Run Key] FROM Load.Run WHERE [Table Name] = N'Shop' AND Finished IS NULL ORDER BY [Run Key] DESC);
    WITH Closing
    AS
    (
        SELECT s.[Shop No], MIN(s.[Valid From]) AS [Valid From] FROM Load.Shop_Staging AS s GROUP BY s.[Shop No]
    )
    UPDATE m
    SET m.[Valid To] = c.[Valid From]
    FROM Mart.Shop AS m
    INNER JOIN Closing AS c ON m.[Shop No] = c.[Shop No]
    WHERE m.[Valid To] = @Never;

    INSERT Mart.Shop ([Shop No], Shop, Town, [Owner], [Valid From], [Valid To], [Run Key])
    SELECT [Shop No], Shop, Town, [Owner], [Valid From], [Valid To], @RunKey FROM Load.Shop_Staging;

    UPDATE Load.Run SET Finished = SYSDATETIME(), Fine = 1 WHERE [Run Key] = @RunKey;
    UPDATE Load.[Cutoff Days]
    SET Cutoff = (SELECT [Source Cutoff] FROM Load.Run WHERE [Run Key] = @RunKey)
    FROM Load.[Cutoff Days]
    WHERE [Table Name] = N'Shop';
    COMMIT;
    RETURN 0;
END;

--> mssql
--> Buy.Kinds_Archive reads KindId ValidFrom
--> Buy.Kinds reads KindId ValidFrom KindName
--> Buy.Sellers reads SellerId SellerName Zip ValidFrom | KindId ContactId
--> Staff.People reads FullName | PersonId
CREATE PROCEDURE Buy.ChangedSellers @Last datetime2(7), @New datetime2(7)
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @KindId int;
    DECLARE @At datetime2(7);
    CREATE TABLE #Changed (Seller nvarchar(100), Kind nvarchar(50), Contact nvarchar(50), Zip nvarchar(10), [Valid From] datetime2(7), [Valid To] datetime2(7));
    DECLARE KindList CURSOR FAST_FORWARD READ_ONLY
    FOR
    SELECT k.KindId, k.ValidFrom FROM Buy.Kinds_Archive AS k WHERE k.ValidFrom > @Last AND k.ValidFrom <= @New
    UNION ALL
    SELECT k.KindId, k.ValidFrom FROM Buy.Kinds AS k WHERE k.ValidFrom > @Last
    ORDER BY ValidFrom;
    OPEN KindList;
    FETCH NEXT FROM KindList INTO @KindId, @At;
    WHILE @@FETCH_STATUS = 0
    BEGIN
        INSERT #Changed (Seller, Kind, Contact, Zip, [Valid From])
        SELECT s.SellerName, k.KindName, p.FullName, s.Zip, s.ValidFrom
        FROM Buy.Sellers FOR SYSTEM_TIME AS OF @At AS s
        INNER JOIN Buy.Kinds FOR SYSTEM_TIME AS OF @At AS k ON s.KindId = k.KindId
        INNER JOIN [Staff].People FOR SYSTEM_TIME AS OF @At AS p ON s.ContactId = p.PersonId
        WHERE k.KindId = @KindId;
        FETCH NEXT FROM KindList INTO @KindId, @At;
    END;
    CLOSE KindList;
    DEALLOCATE KindList;
    CREATE INDEX IX_Changed ON #Changed (Seller, [Valid From]);
    UPDATE c SET [Valid To] = COALESCE((SELECT MIN([Valid From]) FROM #Changed AS d WHERE d.Seller = c.Seller), @New) FROM #Changed AS c;
    SELECT Seller, Kind, Contact, Zip, [Valid From], [Valid To] FROM #Changed ORDER BY [Valid From];
    SELECT TOP (1) SellerId FROM Buy.Sellers;
    DROP TABLE #Changed;
END;

--> oracle
--> note_cache_kind writes parsed_at owner kind full_at
--> note_cache_kind reads parsed_at
--> note_cache writes parsed_at cache_id owner name kind
--> note_cache reads owner name kind parsed_at cache_id
--> note_line writes cache_id position text
--> note_line reads position text
create or replace package body note_keeper as

  procedure keep(a_object noted_object) is
    l_cache_id integer;
    l_at       timestamp := systimestamp;
    pragma autonomous_transaction;
  begin
    update note_cache_kind s set s.parsed_at = l_at where s.kind = a_object.kind and s.owner = a_object.owner;
    if sql%rowcount = 0 then
      insert into note_cache_kind s (owner, kind, parsed_at) values (a_object.owner, a_object.kind, l_at);
    end if;
    update note_cache i set i.parsed_at = l_at
     where (i.owner, i.name, i.kind) in ((a_object.owner, a_object.name, a_object.kind))
    returning cache_id into l_cache_id;
    delete from note_line c where cache_id = l_cache_id;
    insert into note_line (cache_id, position, text)
    select l_cache_id, a.position, a.text from table(a_object.lines) a;
    commit;
  end;

  procedure reset(a_objects noted_objects) is
    l_at timestamp := systimestamp;
  begin
    delete from note_line c
     where c.cache_id in (select i.cache_id from note_cache i
                            join table (a_objects) o on o.name = i.name and o.kind = i.kind and o.needs_refresh = 'Y');
    merge into note_cache i
    using (select o.name, o.kind, o.owner from table(a_objects) o where o.needs_refresh = 'Y') o
       on (o.name = i.name and o.kind = i.kind)
     when matched then update set parsed_at = l_at
     when not matched then insert (cache_id, owner, name, kind, parsed_at)
          values (note_seq.nextval, o.owner, o.name, o.kind, l_at);
  end;

  function listed(a_owner varchar2, a_after timestamp := null) return noted_objects is
    l_result noted_objects;
  begin
    select noted_object(owner => i.owner, name => i.name, kind => i.kind, parsed_at => i.parsed_at)
      bulk collect into l_result
      from note_cache i
     where i.owner = a_owner and (i.parsed_at > a_after or a_after is null);
    return l_result;
  end;

  function lines_since(a_owner varchar2) return sys_refcursor is
    l_results sys_refcursor;
  begin
    open l_results for
      select noted(i.owner, i.name, cast(collect(line(c.position, c.text) order by c.position) as line_list)) as noted
        from note_cache i join note_line c on i.cache_id = c.cache_id
       where i.owner = a_owner group by i.owner, i.name;
    return l_results;
  end;

  procedure refreshed(a_owner varchar2) is
  begin
    update note_cache_kind s set s.full_at = s.parsed_at where s.owner = a_owner;
    commit;
  end;
end;
/

--> mysql
--> encounter reads encounter_id person_id place_id seen_at kind | voided
--> mw_person reads | person_id
--> answer reads given_at | encounter_id question_id voided
CREATE PROCEDURE fill_visit(IN _end DATE)
BEGIN
  drop temporary table if exists visit_in_order;
  create temporary table visit_in_order (encounter_id int primary key, person_id int, place_id int, seen date, kind varchar(20), next_on date, from_start int);
  set @followup = kind_by_uuid('664b');
  insert into visit_in_order (encounter_id, person_id, place_id, seen, kind)
  select e.encounter_id, e.person_id, e.place_id, date(e.seen_at), if(e.kind = @followup, 'A', 'B')
  from encounter e inner join mw_person p on e.person_id = p.person_id
  where e.voided = 0 and e.kind in (@followup, @other);
  update visit_in_order v
    inner join (
      select e.person_id, date(e.seen_at) as seen, date(o.given_at) as next_on
      from encounter e
        inner join answer o on o.encounter_id = e.encounter_id and o.question_id = @next and o.voided = 0
    ) vo on v.person_id = vo.person_id and v.seen = vo.seen
  set v.next_on = vo.next_on;
  set @row_number = 0;
  set @person_id = 0;
  drop temporary table if exists visit_seq;
  create temporary table visit_seq (encounter_id int primary key, num int);
  insert into visit_seq (encounter_id, num)
  select s.encounter_id, s.num
  from (
    select @row_number := if(@person_id = person_id, @row_number + 1, 1) as num, @person_id := person_id as person_id, encounter_id
    from visit_in_order
    order by person_id, seen asc, encounter_id asc
  ) s;
  update visit_in_order v inner join visit_seq s on v.encounter_id = s.encounter_id set v.from_start = s.num;
  drop table visit_seq;
END

--> postgresql
--> work reads name id kind | maker_id
--> maker_name reads artist | maker_id
--> issue reads status | work_id id
--> disc reads | issue_id id
--> piece reads | disc_id maker_id
--> work_kind reads place | id
CREATE OR REPLACE FUNCTION works_of(a_work INTEGER) RETURNS SETOF work_row AS $$
BEGIN
    RETURN QUERY EXECUTE $SQL$
        SELECT DISTINCT ON (w.artist, g.id) w.is_piece, w.artist, bool_and(r.status IS NOT NULL AND r.status != 1),
               k.place::SMALLINT, g.kind::SMALLINT, g.name, g.id
          FROM (
            SELECT FALSE AS is_piece, n.artist, g.id AS work
              FROM work g
              JOIN maker_name n ON n.maker_id = g.maker_id
             UNION ALL
            SELECT TRUE AS is_piece, n.artist, r.work_id
              FROM issue r
              JOIN disc d ON d.issue_id = r.id
              JOIN piece t ON t.disc_id = d.id
              JOIN maker_name n ON n.maker_id = t.maker_id
          ) w
          JOIN work g ON g.id = w.work
          LEFT JOIN issue r ON r.work_id = g.id
          LEFT JOIN work_kind k ON k.id = g.kind
    $SQL$ || (CASE WHEN a_work IS NULL THEN '' ELSE 'WHERE g.id = $1' END) ||
    $SQL$
        GROUP BY w.is_piece, w.artist, g.id, k.place
        ORDER BY w.artist, g.id
    $SQL$
    USING a_work;
END;
$$ LANGUAGE plpgsql;

--> bigquery
--> icu.stays reads stay_id
--> icu.measured reads stay_id taken_at number kind | person_id error
--> hosp.people reads born | person_id
--> derived.weights reads weight stay_id begun
WITH tall AS (
  SELECT c.person_id, c.stay_id, c.taken_at
    , CASE WHEN c.kind IN (920, 1394) THEN CASE WHEN c.taken_at <= DATETIME_ADD(p.born, INTERVAL 1 YEAR) THEN c.number * 2.54 ELSE NULL END ELSE c.number END AS height
  FROM `acme-data.icu.measured` c
  INNER JOIN `acme-data.hosp.people` p ON c.person_id = p.person_id
  WHERE c.number IS NOT NULL AND COALESCE(c.error, 0) = 0
)
SELECT ie.stay_id, ROUND(CAST(w.first_weight AS NUMERIC), 2) AS first_weight, h.first_height
FROM `acme-data.icu.stays` ie
LEFT JOIN (
  SELECT stay_id, MIN(CASE WHEN rn = 1 THEN weight ELSE NULL END) AS first_weight
  FROM (SELECT stay_id, weight, ROW_NUMBER() OVER (PARTITION BY stay_id ORDER BY begun) AS rn FROM `acme-data.derived.weights`) a
  GROUP BY stay_id
) w ON ie.stay_id = w.stay_id
LEFT JOIN (
  SELECT stay_id, MIN(CASE WHEN rn = 1 THEN height ELSE NULL END) AS first_height
  FROM (SELECT stay_id, height, ROW_NUMBER() OVER (PARTITION BY stay_id ORDER BY taken_at) AS rn FROM tall) b
  GROUP BY stay_id
) h ON ie.stay_id = h.stay_id
ORDER BY stay_id;

--> redshift
--> item reads i_kind i_brand | i_key
--> mail_sold reads ms_price | ms_item ms_day ms_desk
--> day_dim reads d_year | d_month d_key
--> desk reads de_name | de_key
WITH v1 AS (
  SELECT i_kind, i_brand, de_name, d_year, d_month, Sum(ms_price) AS sold,
         Avg(Sum(ms_price)) OVER (PARTITION BY i_kind, i_brand, de_name, d_year) AS usual,
         Rank() OVER (PARTITION BY i_kind, i_brand, de_name ORDER BY d_year, d_month) AS rn
  FROM item, mail_sold, day_dim, desk
  WHERE ms_item = i_key AND ms_day = d_key AND de_key = ms_desk AND (d_year = 2000 OR (d_year = 1999 AND d_month = 12))
  GROUP BY i_kind, i_brand, de_name, d_year, d_month),
v2 AS (
  SELECT v1.i_brand, v1.d_year, v1.usual, v1.sold, v1_lag.sold AS psum
  FROM v1, v1 v1_lag
  WHERE v1.i_kind = v1_lag.i_kind AND v1.de_name = v1_lag.de_name AND v1.rn = v1_lag.rn + 1)
SELECT * FROM v2 WHERE d_year = 2000 AND usual > 0 ORDER BY sold - usual LIMIT 100
