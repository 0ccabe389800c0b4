-- Many declarations sent at once: what was sent, how far it was taken, and what was found. Worked off some items a transaction, in which
-- next_index goes on, so that nothing is taken twice.
CREATE TABLE ingestion (
    org TEXT NOT NULL,
    id BLOB NOT NULL,
    client TEXT,
    user_cd TEXT,
    office_cd TEXT,
    kind TEXT NOT NULL,
    media TEXT NOT NULL,
    options TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    request_digest BLOB NOT NULL,
    dry_run BOOLEAN NOT NULL,
    state INTEGER NOT NULL,
    next_index INTEGER NOT NULL,
    rows_read INTEGER NOT NULL,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    warnings INTEGER NOT NULL,
    findings INTEGER NOT NULL,
    about TEXT,
    received_at BIGINT NOT NULL,
    done_at BIGINT,
    lease_owner BLOB,
    lease_until BIGINT,
    PRIMARY KEY (org, id)
) WITHOUT ROWID;
CREATE INDEX ingestion_open ON ingestion (org, received_at) WHERE state < 2;
CREATE INDEX ingestion_request ON ingestion (org, request_digest, received_at);
-- Its bytes, for a week.
CREATE TABLE ingestion_bytes (
    org TEXT NOT NULL,
    id BLOB NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (org, id)
);
-- What was found, and the items that were refused or changed, for a month.
CREATE TABLE ingestion_finding (
    org TEXT NOT NULL,
    ingestion BLOB NOT NULL,
    number INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (org, ingestion, number)
) WITHOUT ROWID;
CREATE TABLE ingestion_item (
    org TEXT NOT NULL,
    ingestion BLOB NOT NULL,
    number INTEGER NOT NULL,
    item_id TEXT,
    first_row INTEGER,
    last_row INTEGER,
    outcome TEXT NOT NULL,
    members TEXT NOT NULL,
    PRIMARY KEY (org, ingestion, number)
) WITHOUT ROWID;
-- What the declarer calls an item, and the ingestion that brought it: few items have either.
ALTER TABLE item_place ADD COLUMN external_ref TEXT;
ALTER TABLE item_place ADD COLUMN ingestion BLOB;
CREATE INDEX item_place_reference ON item_place (post_org, external_ref, object_pid) WHERE external_ref IS NOT NULL;
ALTER TABLE event ADD COLUMN external_ref TEXT;
ALTER TABLE event ADD COLUMN ingestion BLOB;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('ingestion', 'ingestion', '100000 20000 1'),
    ('ingestion', 'ingestion_open', '100 20 1'),
    ('ingestion', 'ingestion_request', '100000 20000 1 1'),
    ('ingestion_bytes', 'sqlite_autoindex_ingestion_bytes_1', '10000 2000 1'),
    ('ingestion_finding', 'ingestion_finding', '100000 20000 50 1'),
    ('ingestion_item', 'ingestion_item', '100000 20000 50 1'),
    ('item_place', 'item_place_reference', '100000 20000 1 1');
