--> oracle
--> hr.employees reads employee_id national_id | department_id
SELECT e.employee_id, e.national_id FROM hr.employees e WHERE e.department_id = :1 AND ROWNUM <= :2

--> oracle
--> employees reads employee_id last_name | manager_id
SELECT LEVEL, employee_id, last_name, SYS_CONNECT_BY_PATH(last_name, '/') FROM employees START WITH manager_id IS NULL CONNECT BY PRIOR employee_id = manager_id ORDER SIBLINGS BY last_name

--> oracle
--> customers reads name | id
--> orders reads total | customer_id
SELECT c.name, o.total FROM customers c, orders o WHERE c.id = o.customer_id(+)

--> oracle
--> accounts reads iban | owner_id
SELECT /*+ INDEX(a acc_owner_ix) PARALLEL(4) */ a.iban FROM accounts a WHERE a.owner_id = :owner

--> oracle
SELECT 1 FROM DUAL

--> oracle
SELECT customer_seq.NEXTVAL FROM dual

--> oracle
--> customers writes id name email
INSERT INTO customers (id, name, email) VALUES (customer_seq.NEXTVAL, :name, :email)

--> oracle
--> customers writes name email
--> customers reads id
INSERT INTO customers (name, email) VALUES (:1, :2) RETURNING id INTO :3

--> oracle
--> small_orders writes id total
--> large_orders writes id total
--> orders reads id total
INSERT ALL WHEN total < 100 THEN INTO small_orders (id, total) VALUES (id, total) ELSE INTO large_orders (id, total) VALUES (id, total) SELECT id, total FROM orders

--> oracle
--> bonuses writes bonus employee_id
--> employees reads employee_id salary | department_id
MERGE INTO bonuses d USING (SELECT employee_id, salary FROM employees WHERE department_id = 80) s ON (d.employee_id = s.employee_id) WHEN MATCHED THEN UPDATE SET d.bonus = s.salary * .01 DELETE WHERE (s.salary > 8000) WHEN NOT MATCHED THEN INSERT (d.employee_id, d.bonus) VALUES (s.employee_id, s.salary * .01)

--> oracle
--> users writes email | id
UPDATE users SET email = :1 WHERE id = :2

--> oracle
--> employees writes salary commission | employee_id
--> raises reads new_salary new_commission | employee_id
UPDATE employees e SET (salary, commission) = (SELECT r.new_salary, r.new_commission FROM raises r WHERE r.employee_id = e.employee_id) WHERE EXISTS (SELECT 1 FROM raises r WHERE r.employee_id = e.employee_id)

--> oracle
--> logs writes | created
DELETE logs WHERE created < SYSDATE - 30

--> oracle
--> sales reads amount region | year
SELECT region, SUM(amount) KEEP (DENSE_RANK LAST ORDER BY amount) FROM sales WHERE year = :y GROUP BY region

--> oracle
--> employees reads department_id last_name
SELECT department_id, LISTAGG(last_name, '; ') WITHIN GROUP (ORDER BY last_name) FROM employees GROUP BY department_id

--> oracle
--> people reads id name email
SELECT * FROM (SELECT a.*, ROWNUM rnum FROM (SELECT p.id, p.name, p.email FROM people p ORDER BY p.id) a WHERE ROWNUM <= :hi) WHERE rnum >= :lo

--> oracle
--> orders reads id total | placed
SELECT id, total FROM orders WHERE placed >= TO_DATE(:1, 'YYYY-MM-DD') FETCH FIRST 20 ROWS ONLY

--> oracle
--> app.users reads name | id
SELECT name FROM app.users@remote_db WHERE id = :1

--> oracle
begin pkg_orders.close_order(:1, :2); end;

--> oracle
{call billing.post_payment(?, ?)}

--> oracle
BEGIN :1 := pkg_util.next_id(); END;

--> oracle
ALTER SESSION SET NLS_DATE_FORMAT = 'YYYY-MM-DD'

--> oracle
--> customers reads id email | status
--> orders reads total | customer_id
--> customer_totals writes customer_id email total
--> job_log writes job message logged_at
--> customers writes last_total | id
DECLARE
  CURSOR c_customers IS
    SELECT c.id, c.email FROM customers c WHERE c.status = 'ACTIVE';
  v_total NUMBER(12,2);
  l_count PLS_INTEGER := 0;
BEGIN
  FOR r IN c_customers LOOP
    SELECT NVL(SUM(o.total), 0) INTO v_total FROM orders o WHERE o.customer_id = r.id;
    IF v_total > 0 THEN
      INSERT INTO customer_totals (customer_id, email, total) VALUES (r.id, r.email, v_total);
    ELSIF v_total < 0 THEN
      UPDATE customers SET last_total = v_total WHERE id = r.id;
    END IF;
    l_count := l_count + 1;
  END LOOP;
  INSERT INTO job_log (job, message, logged_at) VALUES ('totals', 'done ' || l_count, SYSDATE);
  COMMIT;
EXCEPTION
  WHEN OTHERS THEN
    ROLLBACK;
    RAISE;
END;

--> oracle
--> employees reads employee_id last_name email | department_id
--> departments reads department_name | department_id
--> salaries reads amount | employee_id valid_to
--> payslips writes employee_id month gross net
--> errors writes code text
CREATE OR REPLACE PACKAGE BODY payroll AS
  FUNCTION tax(p_gross IN NUMBER) RETURN NUMBER IS
  BEGIN
    RETURN p_gross * 0.25;
  END tax;

  PROCEDURE run(p_department IN NUMBER, p_month IN DATE) IS
    v_gross salaries.amount%TYPE;
    v_name departments.department_name%TYPE;
  BEGIN
    SELECT d.department_name INTO v_name FROM departments d WHERE d.department_id = p_department;
    FOR e IN (SELECT employee_id, last_name, email FROM employees WHERE department_id = p_department) LOOP
      BEGIN
        SELECT amount INTO v_gross FROM salaries WHERE employee_id = e.employee_id AND valid_to IS NULL;
        INSERT INTO payslips (employee_id, month, gross, net) VALUES (e.employee_id, p_month, v_gross, v_gross - tax(v_gross));
      EXCEPTION
        WHEN NO_DATA_FOUND THEN
          INSERT INTO errors (code, text) VALUES (SQLCODE, SUBSTR(SQLERRM, 1, 200));
      END;
    END LOOP;
  END run;
END payroll;

--> oracle
--> staging_users reads *
--> users writes *
DECLARE
  TYPE t_users IS TABLE OF staging_users%ROWTYPE;
  l_users t_users;
BEGIN
  SELECT * BULK COLLECT INTO l_users FROM staging_users;
  FORALL i IN 1 .. l_users.COUNT
    INSERT INTO users VALUES l_users(i);
END;

--> oracle
--> t1 reads a b
--> t2 reads a b
SELECT a, b FROM t1 MINUS SELECT a, b FROM t2

--> oracle
--> app.users reads user_name created
SELECT u."USER_NAME", u.created FROM "APP"."USERS" u

--> oracle
--> orders reads json_doc | id
SELECT JSON_VALUE(o.json_doc, '$.buyer.email') FROM orders o WHERE o.id = :id

--> oracle
--> customer reads id email first_name | email
select * from ( select customer0_.id as id1_0_, customer0_.email as email2_0_, customer0_.first_name as first_na3_0_ from customer customer0_ where customer0_.email=? ) where rownum <= ?

--> oracle
--> customer reads id email first_name
select c1_0.id,c1_0.email,c1_0.first_name from customer c1_0 offset ? rows fetch first ? rows only

--> oracle
--> account reads id balance | id
SELECT id, balance FROM account WHERE id = :1 FOR UPDATE NOWAIT

--> oracle
--> trips reads rider_id fare | city
WITH t AS (SELECT /*+ MATERIALIZE */ rider_id, fare FROM trips WHERE city = :c) SELECT rider_id, MAX(fare) FROM t GROUP BY rider_id

--> oracle
--> queue_tab reads msgid | state
--> queue_tab writes state | msgid
DECLARE v RAW(16); BEGIN SELECT msgid INTO v FROM queue_tab WHERE state = 0 AND ROWNUM = 1 FOR UPDATE SKIP LOCKED; UPDATE queue_tab SET state = 1 WHERE msgid = v; COMMIT; END;

--> oracle
--> temperature reads month value city
SELECT * FROM (SELECT month, value, city FROM temperature) PIVOT (AVG(value) FOR city IN ('Oslo' AS oslo, 'Rome' AS rome))

--> oracle
--> users writes name
EXECUTE IMMEDIATE 'INSERT INTO users (name) VALUES (:1)' USING v_name
