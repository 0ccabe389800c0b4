-- An author's mark stands on an item id, whatever items have it, and makes none. A cleared one stays, so that its author is
-- told that there is none any more.
CREATE TABLE mark (
    author_org TEXT NOT NULL,
    item_id TEXT NOT NULL,
    -- Whose items are meant; ZZZ: those of any post.
    orig_post TEXT NOT NULL,
    -- 2 cleared, 4 blocked, 5 warning.
    operation INTEGER NOT NULL,
    remarks TEXT,
    until BIGINT,
    -- When the item meant was posted, as far as its author said.
    posted_at BIGINT,
    set_at BIGINT NOT NULL,
    user_cd TEXT,
    office_cd TEXT,
    PRIMARY KEY (author_org, item_id, orig_post)
) WITHOUT ROWID;
-- What stood on the items until now: the digests in the history of before tell of it. Nothing else reads it.
CREATE TABLE retired_mark (
    post_org TEXT NOT NULL,
    object_pid BLOB NOT NULL,
    -- The item's last history row of before.
    head_seq INTEGER NOT NULL,
    -- 1 blocked, 2 warning.
    operation INTEGER,
    remarks TEXT,
    until BIGINT,
    PRIMARY KEY (post_org, object_pid)
) WITHOUT ROWID;
INSERT INTO retired_mark (post_org, object_pid, head_seq, operation, remarks, until)
SELECT post_org, pid, head_seq, watchdog, watchdog_remarks, watchdog_until FROM mail_object
WHERE watchdog IS NOT NULL OR watchdog_remarks IS NOT NULL OR watchdog_until IS NOT NULL;
-- The author is who set it last. Of several marks of one author that become one (on items of several posts or lives) it is
-- one in force, then the gravest, then that which lasts longest, then the newest.
INSERT INTO mark (author_org, item_id, orig_post, operation, remarks, until, set_at, user_cd, office_cd)
SELECT author_org, item_id, orig_post, CASE operation WHEN 1 THEN 4 ELSE 5 END, remarks, until, set_at, user_cd, office_cd
FROM (
    SELECT *, row_number() OVER (
        PARTITION BY author_org, item_id, orig_post
        ORDER BY CASE WHEN until <= unixepoch('now') * 1000000 THEN 1 ELSE 0 END, operation,
            CASE WHEN until IS NULL THEN 0 ELSE 1 END, until DESC, set_at DESC
    ) AS place
    FROM (
        SELECT coalesce(event.actor_org, object.post_org) AS author_org, object.item_id, object.orig_post,
            object.watchdog AS operation, object.watchdog_remarks AS remarks, object.watchdog_until AS until,
            coalesce(event.at, object.changed_at) AS set_at, event.user_cd, event.office_cd
        FROM mail_object AS object
        LEFT JOIN item_history AS event ON event.post_org = object.post_org AND event.object_pid = object.pid
            AND event.seq = (
                SELECT max(seq) FROM item_history AS last WHERE last.post_org = object.post_org
                    AND last.object_pid = object.pid AND last.event = 'watchdog.set'
            )
        WHERE object.watchdog IS NOT NULL
    ) AS set_last
) AS of_author
WHERE place = 1;
ALTER TABLE mail_object DROP COLUMN watchdog_until;
ALTER TABLE mail_object DROP COLUMN watchdog_remarks;
ALTER TABLE mail_object DROP COLUMN watchdog;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('mark', 'mark', '100000 20000 2 1'),
    ('retired_mark', 'retired_mark', '10000 2000 1');
