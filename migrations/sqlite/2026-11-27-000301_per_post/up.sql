-- Numbers of changes per post, in a narrow table: one row an item, with the number of its last change. Those given
-- before were given to all posts together; each post goes on from there, so that a cursor with one number is one of
-- each post. Post '' holds the number that posts without any begin with.
CREATE TABLE change (
    post_org TEXT NOT NULL,
    pid BLOB NOT NULL,
    number BIGINT,
    PRIMARY KEY (post_org, pid)
) WITHOUT ROWID;
INSERT INTO change (post_org, pid, number) SELECT post_org, pid, change_no FROM mail_object;
CREATE INDEX change_number ON change (post_org, number);

DROP INDEX mail_object_change;
DROP INDEX mail_object_change_all;
ALTER TABLE mail_object DROP COLUMN change_no;

ALTER TABLE change_counter RENAME TO global_counter;
CREATE TABLE change_counter (
    post_org TEXT NOT NULL PRIMARY KEY,
    last_no BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO change_counter (post_org, last_no)
    SELECT posts.post_org, global_counter.last_no
    FROM (SELECT '' AS post_org UNION SELECT post_org FROM mail_object) AS posts, global_counter;
DROP TABLE global_counter;

-- Numbers given in an earlier epoch may have been lost with the database they were given by: a cursor of then goes on
-- before the first number of the epoch.
CREATE TABLE feed_epoch (
    post_org TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    first_no BIGINT NOT NULL,
    PRIMARY KEY (post_org, epoch)
) WITHOUT ROWID;

-- Seals of each post: the heads of its items that changed, as a root. Leaves hold for each item its id, how far its
-- history had come, and eight bytes of the hash there.
CREATE TABLE post_seal (
    post_org TEXT NOT NULL,
    seal_no BIGINT NOT NULL,
    sealed_at BIGINT NOT NULL,
    through_no BIGINT NOT NULL,
    items INTEGER NOT NULL,
    leaves BLOB NOT NULL,
    root BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (post_org, seal_no)
);
CREATE INDEX post_seal_at ON post_seal (post_org, sealed_at);

-- The seals of posts that a seal of the chain over all of them holds.
CREATE TABLE seal_head (
    seal_no BIGINT NOT NULL REFERENCES seal (seal_no),
    post_org TEXT NOT NULL,
    post_seal_no BIGINT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (seal_no, post_org)
) WITHOUT ROWID;
CREATE INDEX seal_head_post ON seal_head (post_org, post_seal_no);

DELETE FROM sqlite_stat1 WHERE idx IN ('mail_object_change', 'mail_object_change_all');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('change', 'change', '1000000 200000 1'),
    ('change', 'change_number', '1000000 200000 1'),
    ('post_seal', 'sqlite_autoindex_post_seal_1', '1000000 5000 1'),
    ('post_seal', 'post_seal_at', '1000000 5000 1');
