"""The snapshot database: tables, migrations, public views, spool, journal. The only SQL in the program."""
