CREATE TABLE shelf_marks (
    shelf TEXT NOT NULL,
    book_id INTEGER NOT NULL REFERENCES books (id)
) STRICT;

CREATE INDEX shelf_marks_by_shelf ON shelf_marks (shelf);
