CREATE INDEX users_by_role ON users (role, id);
CREATE INDEX orders_by_status ON orders (status, id);
CREATE INDEX orders_by_time ON orders (created_at);
