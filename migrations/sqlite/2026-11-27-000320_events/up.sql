-- What those concerned are told of items, derived from the history: numbered without gaps, post by post. The id of an event is
-- made of the row of the history that it tells of.
CREATE TABLE event (
    post_org TEXT NOT NULL,
    event_no BIGINT NOT NULL,
    object_pid BLOB NOT NULL,
    seq INTEGER NOT NULL,
    part TEXT NOT NULL,
    at BIGINT NOT NULL,
    event_type TEXT NOT NULL,
    subtype TEXT,
    item_id TEXT NOT NULL,
    flow TEXT NOT NULL,
    orig_post TEXT NOT NULL,
    dest_post TEXT NOT NULL,
    partner_country TEXT,
    mail_class TEXT,
    office TEXT,
    audience TEXT NOT NULL,
    light BIGINT,
    light_was INTEGER,
    doc_version INTEGER,
    PRIMARY KEY (post_org, event_no)
) WITHOUT ROWID;
CREATE UNIQUE INDEX event_source ON event (post_org, object_pid, seq, part);
-- Posts of which events are derived: how far their changes were looked at, and what number the last event has.
CREATE TABLE event_follow (
    post_org TEXT NOT NULL PRIMARY KEY,
    change_no BIGINT NOT NULL,
    last_event_no BIGINT NOT NULL,
    since_at BIGINT NOT NULL
) WITHOUT ROWID;
-- Who reads events under a name of its own, and how far it has acknowledged them: the last event of each post, as JSON.
CREATE TABLE event_reader (
    org TEXT NOT NULL,
    name TEXT NOT NULL,
    places TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (org, name)
) WITHOUT ROWID;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('event', 'event', '100000 20000 1'),
    ('event', 'event_source', '100000 20000 4 2 1');
