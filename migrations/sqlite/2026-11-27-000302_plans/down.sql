DROP INDEX mail_object_item;
DROP INDEX mail_object_posting;
DROP INDEX mail_object_state;
DROP INDEX mail_object_pending;
CREATE UNIQUE INDEX mail_object_unique ON mail_object (post_org, item_id, orig_post, life_no);
CREATE INDEX mail_object_posting ON mail_object (post_org, posting_dt);
CREATE INDEX mail_object_state ON mail_object (post_org, mail_state, flow, pid);
CREATE INDEX mail_object_pending ON mail_object (post_org, has_response, pid);

DELETE FROM sqlite_stat1 WHERE idx IN ('mail_object_item', 'mail_object_pending', 'mail_object_referred');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('mail_object', 'mail_object_unique', '1000000 200000 1 1 1'),
    ('mail_object', 'mail_object_pending', '1000000 200000 100000 1'),
    ('mail_object', 'mail_object_referred', '10000 2000 1');
