-- Where an organization has its events sent, and how that goes.
CREATE TABLE subscription (
    org TEXT NOT NULL,
    id UUID NOT NULL,
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
    created_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    verified_at TIMESTAMPTZ,
    pace INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    first_failure_at TIMESTAMPTZ,
    last_success_at TIMESTAMPTZ,
    rests_until TIMESTAMPTZ,
    warned INTEGER NOT NULL,
    last_seq BIGINT NOT NULL,
    due_at TIMESTAMPTZ,
    lease_owner UUID,
    lease_until TIMESTAMPTZ,
    PRIMARY KEY (org, id)
);
-- Up to which event of each organization it was looked for what is to be sent.
CREATE TABLE subscription_cursor (
    org TEXT NOT NULL,
    subscription UUID NOT NULL,
    post_org TEXT NOT NULL,
    event_no BIGINT NOT NULL,
    PRIMARY KEY (org, subscription, post_org)
);
CREATE TABLE subscription_secret (
    org TEXT NOT NULL,
    subscription UUID NOT NULL,
    key_id UUID NOT NULL,
    kind TEXT NOT NULL,
    sealed TEXT NOT NULL,
    public_key TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ,
    PRIMARY KEY (org, subscription, key_id)
);
-- What was lined up to be sent, in order, without gaps.
CREATE TABLE delivery (
    org TEXT NOT NULL,
    subscription UUID NOT NULL,
    seq_no BIGINT NOT NULL,
    post_org TEXT NOT NULL,
    event_no BIGINT NOT NULL,
    object_pid UUID NOT NULL,
    item_id TEXT,
    url TEXT,
    state TEXT NOT NULL,
    is_replay BOOLEAN NOT NULL,
    run INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    next_at TIMESTAMPTZ NOT NULL,
    lined_up_at TIMESTAMPTZ NOT NULL,
    done_at TIMESTAMPTZ,
    PRIMARY KEY (org, subscription, seq_no)
);
CREATE INDEX delivery_event ON delivery (org, subscription, post_org, event_no);
CREATE INDEX delivery_waiting ON delivery (org, subscription, seq_no) WHERE state = 'waiting';
CREATE INDEX delivery_given_up ON delivery (org, subscription, seq_no) WHERE state = 'given-up';
CREATE INDEX delivery_item ON delivery (org, subscription, item_id, seq_no) WHERE item_id IS NOT NULL;
CREATE TABLE delivery_attempt (
    org TEXT NOT NULL,
    subscription UUID NOT NULL,
    seq_no BIGINT NOT NULL,
    run INTEGER NOT NULL,
    attempt_no INTEGER NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    cause TEXT NOT NULL,
    status INTEGER,
    ms INTEGER NOT NULL,
    error TEXT,
    head TEXT,
    PRIMARY KEY (org, subscription, seq_no, run, attempt_no)
);
-- What is to be sent once more.
CREATE TABLE replay (
    org TEXT NOT NULL,
    subscription UUID NOT NULL,
    id UUID NOT NULL,
    selection TEXT NOT NULL,
    place TEXT NOT NULL,
    lined_up BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    done_at TIMESTAMPTZ,
    PRIMARY KEY (org, subscription, id)
);
