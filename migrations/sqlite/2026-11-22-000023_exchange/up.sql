-- How each partner is reached. A partner is an organization that lives elsewhere.
CREATE TABLE partner (
    code TEXT NOT NULL PRIMARY KEY,
    transport TEXT NOT NULL CHECK (transport IN ('http', 'directory')),
    -- URL of the partner's inbox, or the folder with `out` and `in`.
    endpoint TEXT NOT NULL,
    -- The rest of the agreement, as JSON.
    agreement TEXT NOT NULL,
    -- SHA-256 of the token the partner calls us with; organizations behind one gateway share it.
    token_in BLOB,
    token_out TEXT,
    sign_key TEXT,
    changed_at BIGINT NOT NULL
);
CREATE INDEX partner_token ON partner (token_in);

-- Who works off a partner's messages just now, and how it went last.
CREATE TABLE link (
    partner TEXT NOT NULL PRIMARY KEY,
    lease_owner BLOB,
    lease_until BIGINT,
    failures INTEGER NOT NULL,
    next_attempt_at BIGINT,
    last_error TEXT,
    last_sent_at BIGINT,
    last_received_at BIGINT
);

-- What partners are to be told about items. States: 0 waits, 1 under way, 2 accepted, 3 refused by the partner,
-- 4 quarantined, 5 overtaken by a newer one.
CREATE TABLE message_out (
    post_org TEXT NOT NULL,
    id BLOB NOT NULL,
    partner TEXT NOT NULL,
    sender TEXT NOT NULL,
    kind TEXT NOT NULL,
    withdraws BOOLEAN NOT NULL,
    item_id TEXT NOT NULL,
    object_pid BLOB NOT NULL,
    item_seq INTEGER NOT NULL,
    version_no INTEGER,
    reference TEXT,
    digest BLOB NOT NULL,
    body TEXT,
    state INTEGER NOT NULL,
    interchange TEXT,
    message_ref TEXT,
    note TEXT,
    created_at BIGINT NOT NULL,
    sent_at BIGINT,
    PRIMARY KEY (post_org, id)
) WITHOUT ROWID;
CREATE INDEX message_out_waiting ON message_out (partner, id) WHERE state = 0;
CREATE INDEX message_out_item ON message_out (post_org, object_pid, kind);
CREATE INDEX message_out_interchange ON message_out (interchange) WHERE interchange IS NOT NULL;
CREATE INDEX message_out_trouble ON message_out (partner, state, id) WHERE state IN (3, 4);

-- What was sent, byte for byte. States: 0 to be sent, 1 waits for its CONTRL, 2 accepted, 3 refused at least in part,
-- 4 quarantined.
CREATE TABLE interchange_out (
    sender TEXT NOT NULL,
    reference TEXT NOT NULL,
    partner TEXT NOT NULL,
    form TEXT NOT NULL,
    bytes BLOB NOT NULL,
    digest BLOB NOT NULL,
    items INTEGER NOT NULL,
    state INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    note TEXT,
    answer BLOB,
    created_at BIGINT NOT NULL,
    sent_at BIGINT,
    answered_at BIGINT,
    PRIMARY KEY (sender, reference)
);
CREATE INDEX interchange_out_open ON interchange_out (partner, state, created_at) WHERE state IN (0, 1, 4);
CREATE INDEX interchange_out_reference ON interchange_out (reference);

-- What was received, byte for byte, and what it was answered with. States: 0 applied, 1 quarantined, 2 test.
CREATE TABLE interchange_in (
    sender TEXT NOT NULL,
    reference TEXT NOT NULL,
    partner TEXT NOT NULL,
    recipient TEXT NOT NULL,
    bytes BLOB NOT NULL,
    digest BLOB NOT NULL,
    items INTEGER NOT NULL,
    state INTEGER NOT NULL,
    findings TEXT,
    answer BLOB,
    repeats INTEGER NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (sender, reference)
);
CREATE INDEX interchange_in_quarantined ON interchange_in (partner, received_at) WHERE state = 1;
CREATE INDEX interchange_in_reference ON interchange_in (reference);

-- What became of each item received. Fates: 0 applied, 1 unchanged, 2 overtaken, 3 parked, 4 refused.
CREATE TABLE item_in (
    recipient TEXT NOT NULL,
    sender TEXT NOT NULL,
    reference TEXT NOT NULL,
    message_no INTEGER NOT NULL,
    item_no INTEGER NOT NULL,
    kind TEXT NOT NULL,
    item_id TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    fate INTEGER NOT NULL,
    note TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (recipient, sender, reference, message_no, item_no)
) WITHOUT ROWID;
CREATE INDEX item_in_item ON item_in (recipient, item_id);
CREATE INDEX item_in_parked ON item_in (recipient, at) WHERE fate = 3;

-- What came over a link in one hour, for the alarms.
CREATE TABLE link_hour (
    partner TEXT NOT NULL,
    hour BIGINT NOT NULL,
    items INTEGER NOT NULL,
    late INTEGER NOT NULL,
    blank INTEGER NOT NULL,
    PRIMARY KEY (partner, hour)
);
