-- Who stored and changed goods, services and anonymous declarations, when, and what stood there before.
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
