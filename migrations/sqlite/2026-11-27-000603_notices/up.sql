-- Events about no item: a subscription that fails, a secret that ends. They have an id of their own in object_pid, and say in detail what
-- happened.
CREATE TABLE new_event (
    post_org TEXT NOT NULL,
    event_no BIGINT NOT NULL,
    object_pid BLOB NOT NULL,
    seq INTEGER NOT NULL,
    part TEXT NOT NULL,
    at BIGINT NOT NULL,
    event_type TEXT NOT NULL,
    subtype TEXT,
    item_id TEXT,
    flow TEXT,
    orig_post TEXT,
    dest_post TEXT,
    partner_country TEXT,
    mail_class TEXT,
    office TEXT,
    audience TEXT NOT NULL,
    light BIGINT,
    light_was INTEGER,
    doc_version INTEGER,
    external_ref TEXT,
    ingestion BLOB,
    detail TEXT,
    PRIMARY KEY (post_org, event_no)
) WITHOUT ROWID;
INSERT INTO new_event (
        post_org, event_no, object_pid, seq, part, at, event_type, subtype, item_id, flow, orig_post, dest_post,
        partner_country, mail_class, office, audience, light, light_was, doc_version, external_ref, ingestion
    )
    SELECT
        post_org, event_no, object_pid, seq, part, at, event_type, subtype, item_id, flow, orig_post, dest_post,
        partner_country, mail_class, office, audience, light, light_was, doc_version, external_ref, ingestion
    FROM event;
DROP TABLE event;
ALTER TABLE new_event RENAME TO event;
CREATE UNIQUE INDEX event_source ON event (post_org, object_pid, seq, part);
-- Its figures went with the table.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('event', 'event', '100000 20000 1'),
    ('event', 'event_source', '100000 20000 4 2 1');
