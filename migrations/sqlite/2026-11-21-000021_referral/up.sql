-- Referrals as each post sees them. The item's row may be written after its referral in one transaction.
CREATE TABLE referral (
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
    body TEXT NOT NULL,
    PRIMARY KEY (post_org, object_pid, reference),
    FOREIGN KEY (post_org, object_pid) REFERENCES mail_object (post_org, pid) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX referral_code ON referral (post_org, code, object_pid);
CREATE INDEX referral_event ON referral (post_org, event_at, object_pid);
CREATE INDEX referral_pending ON referral (post_org, object_pid) WHERE pending;
CREATE INDEX referral_due ON referral (remind_at) WHERE pending;

-- Answers to referrals; one referral may be answered more than once.
CREATE TABLE referral_response (
    post_org TEXT NOT NULL,
    object_pid BLOB NOT NULL,
    pid BLOB NOT NULL,
    reference TEXT NOT NULL,
    code TEXT NOT NULL,
    answered_by TEXT NOT NULL,
    event_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    digest BLOB NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (post_org, object_pid, pid),
    FOREIGN KEY (post_org, object_pid) REFERENCES mail_object (post_org, pid) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX referral_response_code ON referral_response (post_org, code, object_pid);
CREATE INDEX referral_response_event ON referral_response (post_org, event_at, object_pid);
