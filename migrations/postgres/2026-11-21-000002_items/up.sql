-- Items as each post sees them; every key leads with the post.
CREATE TABLE mail_object (
    post_org TEXT NOT NULL,
    pid UUID NOT NULL,
    item_id TEXT NOT NULL,
    orig_post TEXT NOT NULL,
    dest_post TEXT NOT NULL,
    life_no INTEGER NOT NULL,
    flow TEXT NOT NULL CHECK (flow IN ('I', 'O', 'T')),
    partner_country TEXT,
    mail_class TEXT,
    mail_category TEXT,
    type_cd TEXT,
    local_id TEXT,
    local_id2 TEXT,
    mail_state INTEGER,
    mail_state_remarks TEXT,
    posting_dt TIMESTAMPTZ,
    -- Ranges of postal codes go by code point, on any database.
    zip TEXT COLLATE "C",
    customs_visible BOOLEAN NOT NULL,
    has_response BOOLEAN NOT NULL,
    has_dc_response BOOLEAN NOT NULL,
    head_seq INTEGER NOT NULL,
    head_hash BYTEA NOT NULL,
    change_no BIGINT,
    created_at TIMESTAMPTZ NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (post_org, pid),
    UNIQUE (post_org, item_id, orig_post, life_no)
);
CREATE INDEX mail_object_posting ON mail_object (post_org, posting_dt);
CREATE INDEX mail_object_state ON mail_object (post_org, mail_state, flow, pid);
CREATE INDEX mail_object_pending ON mail_object (post_org, has_response, pid);
CREATE INDEX mail_object_change ON mail_object (post_org, change_no);
CREATE INDEX mail_object_change_all ON mail_object (change_no);
-- Changes that the numbering job has yet to number.
CREATE INDEX mail_object_unnumbered ON mail_object (changed_at) WHERE change_no IS NULL;

-- The current declaration; earlier versions move to document_version.
CREATE TABLE declaration (
    post_org TEXT NOT NULL,
    object_pid UUID NOT NULL,
    pid UUID NOT NULL,
    state_cd INTEGER NOT NULL,
    customs_org TEXT,
    seen BOOLEAN NOT NULL,
    sent BOOLEAN NOT NULL,
    version_no INTEGER NOT NULL,
    digest BYTEA NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (post_org, object_pid),
    FOREIGN KEY (post_org, object_pid) REFERENCES mail_object (post_org, pid)
);

-- The current response of each side: O own customs, D destination customs.
CREATE TABLE response (
    post_org TEXT NOT NULL,
    object_pid UUID NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('O', 'D')),
    pid UUID NOT NULL,
    state_cd INTEGER NOT NULL,
    customs_org TEXT,
    author_org TEXT NOT NULL,
    sent BOOLEAN NOT NULL,
    decision_cd TEXT,
    decided_at TIMESTAMPTZ NOT NULL,
    version_no INTEGER NOT NULL,
    digest BYTEA NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (post_org, object_pid, side),
    FOREIGN KEY (post_org, object_pid) REFERENCES mail_object (post_org, pid)
);

-- Versions that are no longer current: kind D declaration, O own response, X destination customs' response.
CREATE TABLE document_version (
    post_org TEXT NOT NULL,
    object_pid UUID NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('D', 'O', 'X')),
    version_no INTEGER NOT NULL,
    digest BYTEA NOT NULL,
    body TEXT,
    PRIMARY KEY (post_org, object_pid, kind, version_no),
    FOREIGN KEY (post_org, object_pid) REFERENCES mail_object (post_org, pid)
);

-- The last change number given out. One row.
CREATE TABLE change_counter (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    last_no BIGINT NOT NULL
);
INSERT INTO change_counter (id, last_no) VALUES (1, 0);
