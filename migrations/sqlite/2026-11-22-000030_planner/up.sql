-- What the planner is to believe of the items, whatever a database holds: a million rows, a post with many of them,
-- few items of one id. Without figures it takes a post to have ten items, and reads all of a post's to find one by id.
-- Figures: rows, then rows that share the first column, the first two, and so on.
-- Any ANALYZE makes the table for them.
ANALYZE change_counter;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('mail_object', 'mail_object', '1000000 200000 1'),
    ('mail_object', 'sqlite_autoindex_mail_object_2', '1000000 200000 1 1 1'),
    ('mail_object', 'mail_object_posting', '1000000 200000 2'),
    ('mail_object', 'mail_object_state', '1000000 200000 20000 10000 1'),
    ('mail_object', 'mail_object_pending', '1000000 200000 100000 1'),
    ('mail_object', 'mail_object_change', '1000000 200000 1'),
    ('mail_object', 'mail_object_change_all', '1000000 1'),
    ('mail_object', 'mail_object_referred', '10000 2000 1');
