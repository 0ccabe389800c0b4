-- Where an organization has its events sent, and how that goes.
CREATE TABLE subscription (
    org TEXT NOT NULL,
    id BLOB NOT NULL,
    revision INTEGER NOT NULL,
    kind TEXT NOT NULL,
    mode TEXT NOT NULL,
    label TEXT NOT NULL,
    url TEXT NOT NULL,
    filter TEXT NOT NULL,
    offices TEXT,
    ordering TEXT NOT NULL,
    concurrency INTEGER NOT NULL,
    auth TEXT,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    verified_at BIGINT,
    pace INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    first_failure_at BIGINT,
    last_success_at BIGINT,
    rests_until BIGINT,
    warned INTEGER NOT NULL,
    last_seq BIGINT NOT NULL,
    due_at BIGINT,
    lease_owner BLOB,
    lease_until BIGINT,
    PRIMARY KEY (org, id)
) WITHOUT ROWID;
-- Up to which event of each organization it was looked for what is to be sent.
CREATE TABLE subscription_cursor (
    org TEXT NOT NULL,
    subscription BLOB NOT NULL,
    post_org TEXT NOT NULL,
    event_no BIGINT NOT NULL,
    PRIMARY KEY (org, subscription, post_org)
) WITHOUT ROWID;
CREATE TABLE subscription_secret (
    org TEXT NOT NULL,
    subscription BLOB NOT NULL,
    key_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    sealed TEXT NOT NULL,
    public_key TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (org, subscription, key_id)
) WITHOUT ROWID;
-- What was lined up to be sent, in order, without gaps.
CREATE TABLE delivery (
    org TEXT NOT NULL,
    subscription BLOB NOT NULL,
    seq_no BIGINT NOT NULL,
    post_org TEXT NOT NULL,
    event_no BIGINT NOT NULL,
    object_pid BLOB NOT NULL,
    item_id TEXT,
    url TEXT,
    state TEXT NOT NULL,
    is_replay BOOLEAN NOT NULL,
    run INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    next_at BIGINT NOT NULL,
    lined_up_at BIGINT NOT NULL,
    done_at BIGINT,
    PRIMARY KEY (org, subscription, seq_no)
) WITHOUT ROWID;
CREATE INDEX delivery_event ON delivery (org, subscription, post_org, event_no);
CREATE INDEX delivery_waiting ON delivery (org, subscription, seq_no) WHERE state = 'waiting';
CREATE INDEX delivery_given_up ON delivery (org, subscription, seq_no) WHERE state = 'given-up';
CREATE INDEX delivery_item ON delivery (org, subscription, item_id, seq_no) WHERE item_id IS NOT NULL;
CREATE TABLE delivery_attempt (
    org TEXT NOT NULL,
    subscription BLOB NOT NULL,
    seq_no BIGINT NOT NULL,
    run INTEGER NOT NULL,
    attempt_no INTEGER NOT NULL,
    at BIGINT NOT NULL,
    cause TEXT NOT NULL,
    status INTEGER,
    ms INTEGER NOT NULL,
    error TEXT,
    head TEXT,
    PRIMARY KEY (org, subscription, seq_no, run, attempt_no)
) WITHOUT ROWID;
-- What is to be sent once more.
CREATE TABLE replay (
    org TEXT NOT NULL,
    subscription BLOB NOT NULL,
    id BLOB NOT NULL,
    selection TEXT NOT NULL,
    place TEXT NOT NULL,
    lined_up BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    done_at BIGINT,
    PRIMARY KEY (org, subscription, id)
) WITHOUT ROWID;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('delivery', 'delivery', '100000 20000 2000 1'),
    ('delivery', 'delivery_event', '100000 20000 2000 500 1'),
    ('delivery', 'delivery_waiting', '10000 2000 200 1'),
    ('delivery', 'delivery_given_up', '10000 2000 200 1'),
    ('delivery', 'delivery_item', '100000 20000 2000 3 1'),
    ('delivery_attempt', 'delivery_attempt', '200000 40000 4000 2 2 1');
