-- What posts have sealed since is not sealed any more: the old seals go on where they ended.
DROP TABLE seal_head;
DROP TABLE post_seal;
DROP TABLE feed_timeline;
DROP TABLE feed_epoch;

ALTER TABLE mail_object ADD COLUMN change_no BIGINT;
CREATE TABLE placed (post_org TEXT NOT NULL, pid UUID NOT NULL, change_no BIGINT, PRIMARY KEY (post_org, pid));
INSERT INTO placed SELECT post_org, pid, CASE WHEN number <= common.last_no THEN number
        ELSE common.last_no + row_number() OVER (PARTITION BY number > common.last_no ORDER BY number, post_org) END
    FROM change, (SELECT last_no FROM change_counter WHERE post_org = '') AS common;
UPDATE mail_object SET change_no = (
    SELECT placed.change_no FROM placed WHERE placed.post_org = mail_object.post_org AND placed.pid = mail_object.pid
);
DROP TABLE placed;
CREATE INDEX mail_object_change ON mail_object (post_org, change_no);
CREATE INDEX mail_object_change_all ON mail_object (change_no);
CREATE INDEX mail_object_unnumbered ON mail_object (changed_at) WHERE change_no IS NULL;

ALTER TABLE change_counter RENAME TO post_counter;
ALTER INDEX change_counter_pkey RENAME TO post_counter_pkey;
CREATE TABLE change_counter (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    last_no BIGINT NOT NULL
);
INSERT INTO change_counter (id, last_no)
    SELECT 1, greatest(post_counter.last_no, COALESCE((SELECT max(change_no) FROM mail_object), 0))
    FROM post_counter WHERE post_org = '';
DROP TABLE post_counter;
DROP TABLE change;
