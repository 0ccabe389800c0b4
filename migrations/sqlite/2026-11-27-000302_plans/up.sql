-- What a scan at an office of exchange asks of an item stands in one index, which is read without the table: in the order of
-- post and item id. The table is made anew without the index of its UNIQUE, which that one takes the place of: all writes
-- go one after the other here, and look for the item first.
CREATE TABLE mail_object_new (
    post_org TEXT NOT NULL,
    pid BLOB NOT NULL,
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
    posting_dt BIGINT,
    zip TEXT,
    customs_visible BOOLEAN NOT NULL,
    has_response BOOLEAN NOT NULL,
    has_dc_response BOOLEAN NOT NULL,
    head_seq INTEGER NOT NULL,
    head_hash BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    declared_at BIGINT,
    security_state TEXT,
    declaration_seen BOOLEAN NOT NULL DEFAULT FALSE,
    facts INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (post_org, pid)
) WITHOUT ROWID;
INSERT INTO mail_object_new (post_org, pid, item_id, orig_post, dest_post, life_no, flow, partner_country, mail_class,
        mail_category, type_cd, local_id, local_id2, mail_state, mail_state_remarks, posting_dt, zip, customs_visible,
        has_response, has_dc_response, head_seq, head_hash, created_at, changed_at, declared_at, security_state,
        declaration_seen, facts)
    SELECT post_org, pid, item_id, orig_post, dest_post, life_no, flow, partner_country, mail_class,
        mail_category, type_cd, local_id, local_id2, mail_state, mail_state_remarks, posting_dt, zip, customs_visible,
        has_response, has_dc_response, head_seq, head_hash, created_at, changed_at, declared_at, security_state,
        declaration_seen, facts
    FROM mail_object;
DROP TABLE mail_object;
ALTER TABLE mail_object_new RENAME TO mail_object;

CREATE INDEX mail_object_item ON mail_object (post_org, item_id, orig_post, life_no, dest_post, flow, mail_state,
    posting_dt, customs_visible, has_response, has_dc_response, declared_at, security_state, declaration_seen, facts,
    created_at);
CREATE INDEX mail_object_posting ON mail_object (post_org, posting_dt) WHERE posting_dt IS NOT NULL;
CREATE INDEX mail_object_state ON mail_object (post_org, mail_state, flow, pid) WHERE mail_state IS NOT NULL;
-- What customs has to work on.
CREATE INDEX mail_object_pending ON mail_object (post_org, pid) WHERE NOT has_response;
CREATE INDEX mail_object_referred ON mail_object (post_org, pid) WHERE security_state IS NOT NULL;

DELETE FROM sqlite_stat1 WHERE tbl IN ('mail_object', 'mail_object_new');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('mail_object', 'mail_object', '1000000 200000 1'),
    ('mail_object', 'mail_object_item', '1000000 200000 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1'),
    ('mail_object', 'mail_object_posting', '1000000 200000 2'),
    ('mail_object', 'mail_object_state', '1000000 200000 20000 10000 1'),
    ('mail_object', 'mail_object_pending', '500000 100000 1'),
    ('mail_object', 'mail_object_referred', '10000 2000 1');
