--> postgresql
--> users reads email | id
--> orders reads total | user_id
SELECT email, total FROM users JOIN orders ON orders.user_id = users.id WHERE orders.total > 5

--> mysql
--> customer reads c_name c_acctbal | c_custkey c_nationkey
--> orders reads o_orderdate | o_custkey
--> nation reads n_name | n_nationkey
select c_name, c_acctbal, o_orderdate, n_name from customer, orders, nation where c_custkey = o_custkey and c_nationkey = n_nationkey

--> postgresql
--> store_sales reads ss_net_paid | ss_sold_date_sk ss_customer_sk
--> customer_address reads ca_city
--> customer reads | c_customer_sk
select ca_city, sum(ss_net_paid) from store_sales, customer, customer_address where ss_customer_sk = c_customer_sk and ss_sold_date_sk > 5 group by ca_city

--> postgresql
--> employees reads first_name last_name | department_id
--> departments reads department_name | department_id
SELECT first_name, last_name, department_name FROM employees e JOIN departments d ON e.department_id = d.department_id

--> postgresql
--> users reads * | id
SELECT row_to_json(u) FROM users u WHERE u.id = 1
