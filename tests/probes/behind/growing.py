"""Brings the tables of the service beside to a number of rows: FILE ROWS; standard library."""

import os
import sqlite3
import sys

with sqlite3.connect(sys.argv[1]) as connection:
    if "GROWTH" not in os.environ:
        sys.exit("GROWTH is not set: the command did not get the variables of the service")
    for number in range(int(sys.argv[2])):
        connection.execute("INSERT OR IGNORE INTO things VALUES (?, ?)", (number, f"n{number}"))
        connection.execute("INSERT OR IGNORE INTO parts VALUES (?, ?, 'p')", (number, number))
    connection.execute("ANALYZE")
