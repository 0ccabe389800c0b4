-- Whose word counts and what was judged: facts of an item as bits (see rules/item_facts.rs), whose data a declaration
-- is, the name of the version that a lapsed clearance was about.
ALTER TABLE mail_object ADD COLUMN facts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE declaration ADD COLUMN declared_by TEXT;
ALTER TABLE declaration ADD COLUMN handed_over_by TEXT;
-- Several items may have one id: a message about one says nothing of the others.
ALTER TABLE item_in ADD COLUMN orig_post TEXT;
ALTER TABLE response ADD COLUMN lapsed BYTEA;

-- Every final decision about an item, and the version of the declaration that it judged.
CREATE TABLE decision (
    post_org TEXT NOT NULL,
    object_pid UUID NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('O', 'D')),
    version_no INTEGER NOT NULL,
    author_org TEXT NOT NULL,
    author_rank INTEGER NOT NULL,
    customs_org TEXT,
    decision_cd TEXT,
    category TEXT,
    fiscal_state TEXT NOT NULL,
    place BIGINT NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    digest BYTEA NOT NULL,
    stated_version TEXT,
    judged_no INTEGER,
    judged_dest TEXT,
    judged_name BYTEA,
    beside_customs BOOLEAN NOT NULL,
    state_cd INTEGER NOT NULL,
    sent BOOLEAN NOT NULL,
    PRIMARY KEY (post_org, object_pid, side, version_no),
    FOREIGN KEY (post_org, object_pid) REFERENCES mail_object (post_org, pid)
);
CREATE INDEX decision_author ON decision (post_org, author_org);

-- Which versions of a declaration were handed to the customs administration of its post, and since when; asked_at: to
-- somebody who asked for this very item.
CREATE TABLE handed (
    post_org TEXT NOT NULL,
    object_pid UUID NOT NULL,
    customs_org TEXT NOT NULL,
    version BYTEA NOT NULL,
    first_at TIMESTAMPTZ NOT NULL,
    asked_at TIMESTAMPTZ,
    PRIMARY KEY (post_org, object_pid, customs_org, version)
);
CREATE INDEX handed_customs ON handed (post_org, customs_org);


-- Posts whose decisions were made before it was kept what they judged, and the last item that was looked through.
CREATE TABLE unjudged_post (
    post_org TEXT NOT NULL PRIMARY KEY,
    after_pid UUID
);
INSERT INTO unjudged_post (post_org)
    SELECT post_org FROM response WHERE state_cd <> 50 UNION SELECT post_org FROM referral
    UNION SELECT post_org FROM mail_object WHERE security_state IS NOT NULL;
