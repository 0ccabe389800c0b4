-- Texts of documents, referrals and answers may be erased: what is proven of them are digests. What a referral says that goes
-- on counting (the version it is about, the stop it lifts) stands in columns; of rows of before it is read in the text.
CREATE TABLE declaration_new (
    post_org TEXT NOT NULL,
    object_pid BLOB NOT NULL,
    pid BLOB NOT NULL,
    state_cd INTEGER NOT NULL,
    customs_org TEXT,
    seen BOOLEAN NOT NULL,
    sent BOOLEAN NOT NULL,
    version_no INTEGER NOT NULL,
    digest BLOB NOT NULL,
    -- Absent once it was erased.
    body TEXT,
    quality_score INTEGER,
    quality_findings TEXT,
    declared_by TEXT,
    handed_over_by TEXT,
    PRIMARY KEY (post_org, object_pid),
    FOREIGN KEY (post_org, object_pid) REFERENCES mail_object (post_org, pid)
);
INSERT INTO declaration_new SELECT post_org, object_pid, pid, state_cd, customs_org, seen, sent, version_no, digest, body,
    quality_score, quality_findings, declared_by, handed_over_by FROM declaration;
DROP TABLE declaration;
ALTER TABLE declaration_new RENAME TO declaration;

CREATE TABLE response_new (
    post_org TEXT NOT NULL,
    object_pid BLOB NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('O', 'D')),
    pid BLOB NOT NULL,
    state_cd INTEGER NOT NULL,
    customs_org TEXT,
    author_org TEXT NOT NULL,
    sent BOOLEAN NOT NULL,
    decision_cd TEXT,
    decided_at BIGINT NOT NULL,
    version_no INTEGER NOT NULL,
    digest BLOB NOT NULL,
    -- Absent once it was erased.
    body TEXT,
    fiscal_state TEXT,
    lapsed BLOB,
    PRIMARY KEY (post_org, object_pid, side),
    FOREIGN KEY (post_org, object_pid) REFERENCES mail_object (post_org, pid)
);
INSERT INTO response_new SELECT post_org, object_pid, side, pid, state_cd, customs_org, author_org, sent, decision_cd,
    decided_at, version_no, digest, body, fiscal_state, lapsed FROM response;
DROP TABLE response;
ALTER TABLE response_new RENAME TO response;

CREATE TABLE referral_new (
    post_org TEXT NOT NULL,
    object_pid BLOB NOT NULL,
    reference TEXT NOT NULL,
    code TEXT NOT NULL,
    raised_by TEXT NOT NULL,
    event_at BIGINT NOT NULL,
    remind_at BIGINT,
    due_at BIGINT,
    pending BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    digest BLOB NOT NULL,
    -- Absent once it was erased.
    body TEXT,
    -- SHA-256 of the text; absent for what was stored before it was kept.
    text_digest BLOB,
    -- The version that its author named.
    stated_version TEXT,
    -- Reference of the stop that it lifts.
    lifts TEXT,
    PRIMARY KEY (post_org, object_pid, reference),
    FOREIGN KEY (post_org, object_pid) REFERENCES mail_object (post_org, pid) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO referral_new (post_org, object_pid, reference, code, raised_by, event_at, remind_at, due_at, pending, created_at,
    digest, body)
SELECT post_org, object_pid, reference, code, raised_by, event_at, remind_at, due_at, pending, created_at, digest, body
FROM referral;
DROP TABLE referral;
ALTER TABLE referral_new RENAME TO referral;
CREATE INDEX referral_code ON referral (post_org, code, object_pid);
CREATE INDEX referral_event ON referral (post_org, event_at, object_pid);
CREATE INDEX referral_pending ON referral (post_org, object_pid) WHERE pending;
CREATE INDEX referral_due ON referral (remind_at) WHERE pending;

CREATE TABLE referral_response_new (
    post_org TEXT NOT NULL,
    object_pid BLOB NOT NULL,
    pid BLOB NOT NULL,
    reference TEXT NOT NULL,
    code TEXT NOT NULL,
    answered_by TEXT NOT NULL,
    event_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    digest BLOB NOT NULL,
    -- Absent once it was erased.
    body TEXT,
    -- SHA-256 of the text; absent for what was stored before it was kept.
    text_digest BLOB,
    PRIMARY KEY (post_org, object_pid, pid),
    FOREIGN KEY (post_org, object_pid) REFERENCES mail_object (post_org, pid) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO referral_response_new (post_org, object_pid, pid, reference, code, answered_by, event_at, created_at, digest, body)
SELECT post_org, object_pid, pid, reference, code, answered_by, event_at, created_at, digest, body FROM referral_response;
DROP TABLE referral_response;
ALTER TABLE referral_response_new RENAME TO referral_response;
CREATE INDEX referral_response_code ON referral_response (post_org, code, object_pid);
CREATE INDEX referral_response_event ON referral_response (post_org, event_at, object_pid);

-- The planner's figures went with the tables.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('declaration', 'sqlite_autoindex_declaration_1', '1000000 200000 1'),
    ('response', 'sqlite_autoindex_response_1', '1000000 200000 2 1'),
    ('referral', 'sqlite_autoindex_referral_1', '100000 20000 2 1'),
    ('referral', 'referral_code', '100000 20000 5000 2'),
    ('referral', 'referral_event', '100000 20000 2 1'),
    ('referral', 'referral_pending', '10000 2000 2'),
    ('referral', 'referral_due', '10000 2'),
    ('referral_response', 'sqlite_autoindex_referral_response_1', '100000 20000 2 1'),
    ('referral_response', 'referral_response_code', '100000 20000 5000 2'),
    ('referral_response', 'referral_response_event', '100000 20000 2 1');
