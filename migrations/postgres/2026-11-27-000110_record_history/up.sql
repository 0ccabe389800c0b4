-- Who changed what when, besides the items: one history, chained by hashes and sealed, in the place of `trade_history`.
CREATE TABLE record_history (
    org TEXT NOT NULL,
    -- good, service, anonymous, mark, organization, setting, token, office, user, partner, list or rule.
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    -- `-`: nobody's call, but the command line or the server itself.
    actor_org TEXT NOT NULL,
    user_cd TEXT,
    office_cd TEXT,
    event TEXT NOT NULL,
    -- What else is told of it, a JSON object.
    detail TEXT,
    -- Of what stands since; absent when nothing does.
    digest BYTEA,
    -- What it took the place of; absent when there was nothing, when it is not kept, or when it was erased.
    replaced TEXT,
    -- Over everything but `replaced`, and the hash before. Rows of `trade_history` have none: the chain of a record begins
    -- with its first row that has one.
    hash BYTEA,
    PRIMARY KEY (org, kind, id, seq)
);
INSERT INTO record_history (org, kind, id, seq, at, actor_org, user_cd, office_cd, event, digest, replaced)
SELECT org, kind, id, seq, at, actor_org, user_cd, office_cd, event, digest, replaced FROM trade_history;
DROP TABLE trade_history;
CREATE INDEX record_history_kind ON record_history (kind, at);
-- Where the chain of a record ends.
CREATE TABLE record_head (
    org TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    hash BYTEA NOT NULL,
    -- The seal that holds this head; none yet.
    seal_no BIGINT,
    PRIMARY KEY (org, kind, id)
);
CREATE INDEX record_head_open ON record_head (org, kind, id) WHERE seal_no IS NULL;
CREATE TABLE record_seal_entry (
    seal_no BIGINT NOT NULL,
    org TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    head_seq INTEGER NOT NULL,
    head_hash BYTEA NOT NULL,
    PRIMARY KEY (seal_no, org, kind, id)
);
-- SHA-256 of the remarks: the history vouches for it, so that they can be erased. Absent for marks of before.
ALTER TABLE mark ADD COLUMN remarks_digest BYTEA;
