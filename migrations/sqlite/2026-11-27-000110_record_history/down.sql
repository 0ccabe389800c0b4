-- Back to what the version before keeps. The rest of the history is lost, and with it what the seals made since were about.
CREATE TABLE trade_history (
    org TEXT NOT NULL,
    -- good, service or anonymous.
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at BIGINT NOT NULL,
    actor_org TEXT NOT NULL,
    user_cd TEXT,
    office_cd TEXT,
    event TEXT NOT NULL,
    -- Of the content that came.
    digest BLOB NOT NULL,
    -- The content that it took the place of; absent when there was none, or when it was erased.
    replaced TEXT,
    PRIMARY KEY (org, kind, id, seq)
) WITHOUT ROWID;
INSERT INTO trade_history (org, kind, id, seq, at, actor_org, user_cd, office_cd, event, digest, replaced)
SELECT org, kind, id, seq, at, actor_org, user_cd, office_cd, event, digest, replaced FROM record_history
WHERE kind IN ('good', 'service', 'anonymous', 'mark') AND digest IS NOT NULL;
DROP TABLE record_history;
DROP TABLE record_head;
DROP TABLE record_seal_entry;
ALTER TABLE mark DROP COLUMN remarks_digest;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('trade_history', 'trade_history', '100000 20000 10000 3 1');
