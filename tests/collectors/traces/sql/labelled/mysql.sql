--> mysql
--> shop.users reads id phone_number | status
--> orders reads | user_id
SELECT `u`.`id`, `u`.`phone_number` FROM `shop`.`users` AS `u` INNER JOIN `orders` `o` ON `o`.`user_id` = `u`.`id` WHERE `u`.`status` IN (?, ?, ?)

--> mysql
--> customers reads * | email
SELECT `customers`.* FROM `customers` WHERE `customers`.`email` = 'xxxxx' LIMIT 1

--> mysql
--> patients reads first_name last_name | insurance_no
SELECT first_name, last_name FROM patients WHERE insurance_no = "AB-12 34" AND insurance_no != ''

--> mysql
--> wp_postmeta reads post_id meta_key meta_value
--> wp_posts reads | id post_type
SELECT pm.post_id, pm.meta_key, pm.meta_value FROM wp_postmeta pm LEFT JOIN wp_posts p ON p.ID = pm.post_id WHERE p.post_type = 'shop_order'

--> mysql
--> payment_cards writes user_id pan expiry
INSERT INTO payment_cards (user_id, pan, expiry) VALUES (?, ?, ?), (?, ?, ?) ON DUPLICATE KEY UPDATE pan = VALUES(pan), expiry = VALUES(expiry)

--> mysql
--> counters writes name hits
INSERT INTO counters (name, hits) VALUES ('home', 1) AS new ON DUPLICATE KEY UPDATE hits = counters.hits + new.hits

--> mysql
--> sessions writes id payload last_activity
REPLACE INTO sessions (id, payload, last_activity) VALUES ('a', 'b', 123)

--> mysql
--> profiles writes user_id bio
INSERT INTO profiles SET user_id = 7, bio = 'x'

--> mysql
--> visits writes ip agent
INSERT IGNORE INTO visits (ip, agent) VALUES (INET6_ATON(?), ?)

--> mysql
--> carts writes total coupon | id user_id
--> users reads | id country
UPDATE carts c JOIN users u ON u.id = c.user_id SET c.total = 0, c.coupon = NULL WHERE u.country = 'DE' AND c.id > 5

--> mysql
--> users writes email updated_at | id
UPDATE LOW_PRIORITY users SET email = ?, updated_at = NOW() WHERE id = ? ORDER BY id LIMIT 1

--> mysql
--> orders writes | user_id
--> users reads | id deleted
DELETE o FROM orders o INNER JOIN users u ON u.id = o.user_id WHERE u.deleted = 1

--> mysql
--> a writes | id
--> b writes | a_id
DELETE a, b FROM a INNER JOIN b ON b.a_id = a.id WHERE a.id = 3

--> mysql
--> logs writes | at
DELETE FROM logs WHERE at < DATE_SUB(NOW(), INTERVAL 30 DAY) LIMIT 1000

--> mysql
--> customers writes name email phone
LOAD DATA LOCAL INFILE '/tmp/c.csv' INTO TABLE customers FIELDS TERMINATED BY ',' ENCLOSED BY '"' LINES TERMINATED BY '\n' IGNORE 1 LINES (name, email, phone)

--> mysql
--> people reads name email | active
SELECT name, email INTO OUTFILE '/tmp/p.csv' FIELDS TERMINATED BY ',' FROM people WHERE active = 1

--> mysql
--> articles reads id title body
SELECT id, title, MATCH (title, body) AGAINST ('x' IN BOOLEAN MODE) AS score FROM articles

--> mysql
--> orders reads customer_id id
SELECT customer_id, GROUP_CONCAT(DISTINCT id ORDER BY id SEPARATOR ',') FROM orders GROUP BY customer_id

--> mysql
--> hr.employees reads emp_no birth_date
--> hr.salaries reads salary | emp_no to_date
SELECT STRAIGHT_JOIN e.emp_no, e.birth_date, s.salary FROM hr.employees e FORCE INDEX (PRIMARY), hr.salaries s WHERE s.emp_no = e.emp_no AND s.to_date = '9999-01-01'

--> mysql
--> bookings reads id guest_name | room_id
SELECT id, guest_name FROM bookings PARTITION (p2024) USE INDEX (idx_room) WHERE room_id = ?

--> mysql
--> users reads id email profile
SELECT id, email, profile->>'$.address.city' AS city, JSON_EXTRACT(profile, '$.phone') FROM users

--> mysql
--> users reads email state
SELECT IF(state = 'x', 'none', email) AS e FROM users

--> mysql
SET NAMES utf8mb4

--> mysql
SET @@session.sql_mode = 'ANSI', autocommit = 0

--> mysql
SHOW FULL COLUMNS FROM `users`

--> mysql
SELECT @@version, LAST_INSERT_ID(), FOUND_ROWS()

--> mysql
SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()

--> mysql
CALL settle_invoice(?, @out)

--> mysql
START TRANSACTION

--> mysql
USE shop

--> mysql
--> users writes
TRUNCATE `users`

--> mysql
--> new_users writes id email
--> users reads id email
CREATE TABLE new_users AS SELECT id, email FROM users

--> mysql
--> users_copy writes
CREATE TABLE users_copy (id INT PRIMARY KEY AUTO_INCREMENT, email VARCHAR(255) NOT NULL, KEY idx_email (email)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4

--> mysql
--> v_contacts writes name phone
--> contacts reads name phone | opted_in
CREATE OR REPLACE ALGORITHM = MERGE VIEW v_contacts AS SELECT name, phone FROM contacts WHERE opted_in = 1

--> mysql
--> users reads id email
--> admins reads id email
(SELECT id, email FROM users) UNION ALL (SELECT id, email FROM admins) ORDER BY email LIMIT 10

--> mysql
--> category reads id parent_id name | id
WITH RECURSIVE tree AS (SELECT id, parent_id, name FROM category WHERE id = ? UNION ALL SELECT c.id, c.parent_id, c.name FROM category c INNER JOIN tree t ON c.parent_id = t.id) SELECT * FROM tree

--> mysql
--> orders reads total | customer_id
--> customers reads id email |
--> invoice_runs writes customer_id email amount
--> customers writes billed_at | id
CREATE DEFINER=`app`@`%` PROCEDURE run_invoices(IN p_from DATE, OUT p_count INT)
BEGIN
  DECLARE done INT DEFAULT FALSE;
  DECLARE v_id INT;
  DECLARE v_email VARCHAR(255);
  DECLARE v_sum DECIMAL(10,2);
  DECLARE cur CURSOR FOR SELECT c.id, c.email FROM customers c;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = TRUE;
  SET p_count = 0;
  OPEN cur;
  read_loop: LOOP
    FETCH cur INTO v_id, v_email;
    IF done THEN
      LEAVE read_loop;
    END IF;
    SELECT SUM(o.total) INTO v_sum FROM orders o WHERE o.customer_id = v_id;
    IF v_sum > 0 THEN
      INSERT INTO invoice_runs (customer_id, email, amount) VALUES (v_id, v_email, v_sum);
      UPDATE customers SET billed_at = NOW() WHERE id = v_id;
      SET p_count = p_count + 1;
    END IF;
  END LOOP;
  CLOSE cur;
END

--> mysql
--> users reads email name | id
PREPARE stmt1 FROM 'SELECT email, name FROM users WHERE id = ?'

--> mysql
EXECUTE stmt1 USING @id

--> mysql
--> customer reads c_first c_last | c_w_id c_d_id c_id
SELECT c_first, c_last FROM customer WHERE c_w_id = 1 AND c_d_id = 2 AND c_id = 3 FOR UPDATE

--> mysql
--> district writes d_next_o_id | d_id
UPDATE district SET d_next_o_id = d_next_o_id + 1 WHERE d_id = ?

--> mysql
--> users reads id
--> user_roles reads | user_id role_id
--> roles reads | id name
select distinct u.id from users u left outer join user_roles ur on u.id=ur.user_id left outer join roles r on ur.role_id=r.id where r.name=?

--> mysql
--> owners reads id first_name last_name address city telephone | last_name
--> pets reads | owner_id
select distinct owner0_.id as id1_0_, owner0_.first_name as first_na2_0_, owner0_.last_name as last_nam3_0_, owner0_.address as address4_0_, owner0_.city as city5_0_, owner0_.telephone as telephon6_0_ from owners owner0_ left outer join pets pets1_ on owner0_.id=pets1_.owner_id where owner0_.last_name like ?

--> mysql
--> users reads id username email | email
SELECT `users`.`id`, `users`.`username`, `users`.`email` FROM `users` WHERE `users`.`email` = ? ORDER BY `users`.`id` LIMIT 1

--> mysql
--> messages reads id body sender_id | thread_id
--> participants reads | thread_id user_id
select `messages`.`id`, `messages`.`body`, `messages`.`sender_id` from `messages` where exists (select * from `participants` where `messages`.`thread_id` = `participants`.`thread_id` and `user_id` = ?)

--> mysql
--> orders reads id customer_email | state
--> lines reads | order_id sku
SELECT o.id, o.customer_email FROM orders o WHERE o.state = ? AND EXISTS (SELECT 1 FROM lines l WHERE l.order_id = o.id AND l.sku IN (?,?,?,?,?,?...

--> mariadb
--> members writes name email
--> members reads id
INSERT INTO members (name, email) VALUES (?, ?) RETURNING id

--> mariadb
--> prices reads sku price | valid_from
SELECT sku, price FROM prices FOR SYSTEM_TIME AS OF TIMESTAMP '2024-01-01 00:00:00' WHERE valid_from < NOW()

--> mysql
--> notes reads text
SELECT text /* it's */ FROM notes -- don't
WHERE 1 = 1 # it's

--> mysql
--> stock reads open close high | symbol
SELECT open, close, high FROM stock WHERE symbol = ?

--> mysql
--> customers reads id | email
--> customers writes last_login | id
SELECT id FROM customers WHERE email = 'a@b.example'; UPDATE customers SET last_login = NOW() WHERE id = 1
