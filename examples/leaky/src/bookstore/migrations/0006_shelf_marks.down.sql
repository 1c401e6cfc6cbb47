DROP INDEX shelf_marks_by_shelf;
