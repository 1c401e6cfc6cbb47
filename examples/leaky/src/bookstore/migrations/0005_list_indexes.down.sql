DROP INDEX orders_by_time;
DROP INDEX orders_by_status;
DROP INDEX users_by_role;
