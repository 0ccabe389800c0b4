-- The light of each item as it was judged last, with the codes of its reasons.
ALTER TABLE mail_object ADD COLUMN light BIGINT;
-- When items with an id are to be judged anew, since time changes their light or a referral becomes overdue.
CREATE TABLE light_due (
    post_org TEXT NOT NULL,
    item_id TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (post_org, item_id)
);
CREATE INDEX light_due_at ON light_due (post_org, at);
-- How far the items of a post were judged by the lists and settings that basis is the digest of; after_pid is absent once all
-- were.
CREATE TABLE light_walk (
    post_org TEXT NOT NULL PRIMARY KEY,
    basis BYTEA NOT NULL,
    after_pid UUID
);
