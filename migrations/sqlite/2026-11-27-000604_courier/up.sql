-- What couriers submitted: their own numbers for it, what they said, and the item that it became, where it became one.
CREATE TABLE courier_declaration (
    org TEXT NOT NULL,
    id BIGINT NOT NULL,
    consignment_note TEXT NOT NULL,
    object_pid BLOB,
    kind TEXT NOT NULL,
    client TEXT,
    request BLOB NOT NULL,
    digest BLOB NOT NULL,
    told BLOB,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX courier_declaration_note ON courier_declaration (org, consignment_note);
CREATE UNIQUE INDEX courier_declaration_item ON courier_declaration (org, object_pid) WHERE object_pid IS NOT NULL;
-- Numbers are taken some at a time by each process.
CREATE TABLE courier_block (
    org TEXT NOT NULL PRIMARY KEY,
    next_id BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('courier_declaration', 'courier_declaration', '100000 20000 1'),
    ('courier_declaration', 'courier_declaration_note', '100000 20000 1'),
    ('courier_declaration', 'courier_declaration_item', '100000 20000 1');
-- How a client is answered at the courier door.
ALTER TABLE oauth_client ADD COLUMN real_status BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE oauth_client ADD COLUMN document_links BOOLEAN NOT NULL DEFAULT FALSE;
